"""How many files and connections this process may have open."""

import resource

SPARE = 200


def allow_files(needed: int) -> int:
    """Raise the soft limit for `needed` files besides the usual ones, as far as the system lets us; what it is now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = needed + SPARE
    if soft < wanted and soft != resource.RLIM_INFINITY:
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, limit), hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
