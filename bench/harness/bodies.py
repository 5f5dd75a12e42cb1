"""The requests that are sent: exact sizes, the same bytes in every run."""

import json
import random

WORDS = (
    "the account service keeps one record for each customer and writes every change to a log that other parts read "
    "later; a record has an address, a date, a state and some notes; requests arrive over the network, are checked, "
    "and are answered with a small document or an error that names the cause and the remedy"
).split()

SYSTEM = "You are the assistant of a team that documents its web service. Be exact and complete."
TASK = (
    "Describe how our account service should behave, for the people who run it. Write down for each of its records what "
    "it is for, who may change it, and which error a caller gets. Here is what we know so far.\n\n"
)


def chat_request(size, mock_options, stream):
    """A chat request of exactly `size` bytes with prose, quotes, line breaks and some letters beyond ASCII.

    The mock's options come before the messages: it need not search 100 KB for them.
    """
    chance = random.Random(4711)
    head = {"model": "bench-large", "x_mock": mock_options, "temperature": 0.20, "max_tokens": 1000}
    if stream:
        head["stream"] = True
    head["messages"] = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": TASK}]

    def encoded():
        return json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()

    user = head["messages"][1]
    empty = len(encoded())
    parts, length = [], 0
    while empty + length < size - 40:
        word = chance.choice(WORDS)
        kind = chance.random()
        word = f'"{word}"' if kind < 0.01 else f"{word}.\n" if kind < 0.06 else f"{word} für" if kind < 0.07 else word
        parts.append(word)
        length += len(json.dumps(word + " ", ensure_ascii=False).encode()) - 2
    user["content"] += " ".join(parts)
    user["content"] += "." * (size - len(encoded()))
    body = encoded()
    assert len(body) == size, (len(body), size)
    return body
