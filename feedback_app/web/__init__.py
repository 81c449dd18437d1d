"""What every request needs: the running program, the client address, the site."""
