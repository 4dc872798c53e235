"""From a question in plain English to its answer."""

from graph.question.answering import Question, Reply, ask
from graph.question.reading import Reading, read

__all__ = ["Question", "Reading", "Reply", "ask", "read"]
