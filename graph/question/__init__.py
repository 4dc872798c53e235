"""From a question in plain English to its answer."""

from graph.question.answering import Question, Reply, ask
from graph.question.reading import Reading, read
from graph.question.translation import translator

__all__ = ["Question", "Reading", "Reply", "ask", "read", "translator"]
