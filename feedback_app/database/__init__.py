"""One write transaction and one way to ask, on two engines.

contract     what every engine can do
connections  one connection a thread
sqlite       the default, by sqlite-utils
postgresql   when one machine is not enough, by psycopg 3
choose       the engine an address names
"""
