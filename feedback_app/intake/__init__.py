"""Case systems to closed cases. What comes in is hostile text until it is in the normal form.

faults          what is wrong with a value, and how to mend it
moments         dates and times as case systems write them
mapping         which column or path fills which field, and which words mean what
normal          text values to a closed case, every fault named
mapping_file    a mapping written down, for CSV files and presets alike
csv_guess       how a CSV file is written: encoding and delimiter
csv_lines       its physical lines, in bounded memory
csv_file        its columns and rows
rejected        the file of rejected rows
rehearsal       what would become of closed cases, kept by nobody
import_run      rows to the case_intake, counted
reconciliation  an export against what came in
messages        the messages of the HTTP API, and their schema
deliveries      a closed case each, taken in once however often it comes
senders         keys of case systems
problems        what went wrong with a request, naming the field
rates           how many requests a minute
json_body       bodies measured, then parsed
reading         messages to what they mean
openapi         the document of the HTTP API
api             the normal form over HTTP
braces          objects that some systems write into a text
paths           where a payload holds a value
authentication  how a webhook proves who it is
soap            outbound messages in the shape of callouts
presets         one TOML file a case system, in presets/
webhooks        payloads by their presets
"""
