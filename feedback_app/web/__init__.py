"""What every request needs, whatever its page.

request         the running program and the present time
client_address  the client's address, behind trusted proxies too
pages           language of a page, rendering, redirect after POST
headers         outgoing headers of every response
limits          largest bodies, paths and headers
rate_limits     how often somebody may try
request_parser  body limits and ambiguous requests, in the server
connections     open connections by client, in the server
server          the server of `feedback serve`
site            the built knowledge site on the same port
"""
