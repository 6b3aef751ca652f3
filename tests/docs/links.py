"""Each relative link of each document leads to a file, and to a heading where it names one."""
import re

from docs_tree import ROOT, documents, prose


def anchors(text):
    """The names that a reader's page gives to the headings."""
    for heading in re.findall(r"^#{1,6} +(.+?) *$", prose(text), re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower())
        yield plain.replace(" ", "-")


def check(_binary):
    problems = []
    for document in documents():
        text = document.read_text(encoding="utf-8")
        for match in re.finditer(r"\]\(([^)\s]+)\)|<img[^>]+src=\"([^\"]+)\"", prose(text)):
            link = match.group(1) or match.group(2)
            if re.match(r"[a-z]+:", link):
                continue
            place = f"{document.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}"
            name, _, anchor = link.partition("#")
            target = (document.parent / name).resolve() if name else document
            if not target.exists():
                problems.append(f"{place}: {link} leads nowhere")
            elif anchor and anchor not in anchors(target.read_text(encoding="utf-8")):
                problems.append(f"{place}: {link} names no heading")
    return problems
