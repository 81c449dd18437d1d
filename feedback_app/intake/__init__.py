"""Receives closed cases from case systems. All data is hostile text until it is a ClosedCase.

errors           what is wrong with a field
time_zones       names of time zones after a time
date_formats     formats as in strptime, with month names of several languages
dates            dates and times as case systems write them
case_number      case numbers as spreadsheets change them
written_address  email addresses as people write them
conditions       which values of a column mean a closed case: texts, wildcards, patterns
mapping          which column or path fills which field
closed_case      text values to a ClosedCase, naming every wrong field
mapping_file     mappings as TOML files, for CSV files and presets
json_body        bodies of requests as JSON
problem_details  error responses
rate_limits      requests per minute
deliveries       stores delivered cases once; used by api and webhooks
api              the HTTP API: messages, keys, OpenAPI document, views
webhooks         presets, payload paths, authentication, views
csv              CSV files and workbooks: detection, rows, import and dry run, rejected rows
"""
