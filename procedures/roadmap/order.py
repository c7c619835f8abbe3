"""What has to wait for what: an order that keeps every issuer before its users, and the circles that prevent one."""

from collections import defaultdict
from itertools import pairwise

from procedures.roadmap.values import Circle


def put_in_order(slugs, links):
    """Orders tasks so that each comes after those that issue what it asks for.

    A circle never stops it: the chain's first task on the road does not wait for the next one.

    Args:
        slugs: the tasks, in road order.
        links: Links between them, in any number and order, none from a task to itself.

    Returns:
        (slugs in an order in which they can be done; slug → the set of slugs it waits for, without what was broken;
        the Circles that were broken).
    """
    waits_for, awaited_by, first_link = defaultdict(set), defaultdict(set), {}
    for link in links:
        waits_for[link.task].add(link.issuer)
        awaited_by[link.issuer].add(link.task)
        first_link.setdefault((link.task, link.issuer), link)
    rank = {slug: place for place, slug in enumerate(slugs)}
    blocked_by = {slug: set(waits_for[slug]) for slug in slugs}
    ready = [slug for slug in slugs if not blocked_by[slug]]
    order, circles = [], []

    def release(task, issuer):
        if issuer in blocked_by[task]:
            blocked_by[task].remove(issuer)
            if not blocked_by[task]:
                ready.append(task)

    while len(order) < len(slugs):
        while ready:
            done = ready.pop()
            order.append(done)
            for task in awaited_by[done]:
                release(task, done)
        if len(order) < len(slugs):
            tasks = find_circle(blocked_by, rank)
            circles.append(Circle(tuple(first_link[pair] for pair in pairwise((*tasks, tasks[0])))))
            broken = circles[-1].broken
            waits_for[broken.task].remove(broken.issuer)
            release(broken.task, broken.issuer)
    return order, waits_for, circles


def find_circle(blocked_by, rank):
    """A chain of slugs, each blocked by the next and the last by the first, which is the first on the road.

    Args:
        blocked_by: slug → slugs; whatever is blocked is blocked by something that is blocked too.
        rank: slug → place on the road.
    """
    slug = min((slug for slug, blockers in blocked_by.items() if blockers), key=rank.get)
    walked = {}
    while slug not in walked:
        walked[slug] = len(walked)
        slug = min(blocked_by[slug], key=rank.get)
    chain = list(walked)[walked[slug] :]
    first = chain.index(min(chain, key=rank.get))
    return chain[first:] + chain[:first]
