"""The Observer in the terminal: `screen.show` has the terminal lent, `full_screen` draws on it, and there is a file for
each page.
"""
