"""The Observer's server: the page, the views as JSON, a stream of them, and what can be done.

`serving` is the thread, and `quiet_uvicorn` what serves in it; `routes` has the addresses, `guard` says who may come
in, `stream` sends what changes, `encoding` writes views as JSON, and `openapi` tells in words what there is.
"""
