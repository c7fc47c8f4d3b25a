"""A drill: an invented practice in a scratch database, hurt while it sends, and what it kept.

``ledger`` holds what was to be and what happened, ``promises`` judges it, ``post`` is a mail
server that misbehaves on order, ``senders`` are real processes that die where they are told to.
Nothing here touches the practice's own data; `manage.py drill` says where it works.
"""
