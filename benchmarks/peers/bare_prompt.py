"""A session of prompt_toolkit that colours Python, and nothing else: what every such shell takes at least."""

from __future__ import annotations

from prompt_toolkit import PromptSession
from prompt_toolkit.lexers import PygmentsLexer
from pygments.lexers.python import PythonLexer

session: PromptSession[str] = PromptSession("bare> ", lexer=PygmentsLexer(PythonLexer))
while True:
    session.prompt()
