"""Case systems to closed cases. What comes in is hostile text until it is in the normal form.

faults      what is wrong with a value, and how to mend it
moments     dates and times as case systems write them
mapping     which column fills which field
normal      text values to a closed case, every fault named
csv_guess   how a CSV file is written: encoding and delimiter
csv_lines   its physical lines, in bounded memory
csv_file    its columns and rows
rejected    the file of rejected rows
import_run  rows to the reception, counted
"""
