"""What may cross from the survey to the site: files of published figures and notes, nothing else.

The program that reads the database writes these files and the site reads them, so that neither
needs to know the other. Read in this order:

    part      what every record of a file is
    figures   the figures of one period
    result    one file: its period, rules, definitions and figures
    note      one file: what a meeting decided, in the leads' own words
    folder    all files of a folder, each fault named

Imports nothing of ours.
"""
