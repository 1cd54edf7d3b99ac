"""Job control: several shells in one node, at one terminal. Ctrl+G switches between them, Ctrl+C opens the BREAK menu.

    console = TerminalConsole(language)
    run_on(console, JobControl(console, lambda jobs: Shell(jobs, language)).run)
"""
