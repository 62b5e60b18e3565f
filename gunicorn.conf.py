"""The web server: one process with threads, so that counters in memory are the whole truth. Settings: PORT."""

import os

bind = f"127.0.0.1:{os.environ.get('PORT') or 8000}"
worker_class = "gthread"
threads = 16
graceful_timeout = 2
# Longer than browsers and proxies go between two requests: a connection closed just as it is used again fails there.
keepalive = 75
control_socket_disable = True
# what web servers in front tell is believed by the site itself, as far as TRUSTED_PROXIES says
forwarded_allow_ips = ""
loglevel = "warning"
