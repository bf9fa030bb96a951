"""The PostgreSQL server that Ownstock runs itself, when nobody gives it one.

    client       `lease`: what every command and worker calls first
    databases    the database of the application and its two roles
    ephemeral    the tests' own server
    upgrade      from one major version to the next

    supervisor   the server's parent: starts it, watches it, ends it when nobody uses it
    opening      everything looked at and mended before the server starts
    cluster      one data folder: how it is made, how its server is started and ended
    sockets      the folder of the server's socket
    leftovers    what an earlier, broken end left behind
    privileges   the three ways of not being root
    binaries     where the server's programs are, which major version they are
    locks        who owns the server, who uses it
    home         the folder of one database: what lies where in it
    reports      what a program that was started aside tells its caller

The supervisor's side (all but client, databases and ephemeral) uses the standard library only and starts no thread:
a user namespace can only be entered by a program with a single thread.
"""
