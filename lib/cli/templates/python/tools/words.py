from collections import Counter


def count(text, top):
    """Counts words. Parameters are passed as keyword arguments; the return value is the result."""
    words = text.lower().split()
    frequent = [{"word": word, "count": n} for word, n in Counter(words).most_common(top)]
    return {"total": len(words), "frequent": frequent}
