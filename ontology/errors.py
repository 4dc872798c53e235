"""The root of the error tree.

.. code-block:: text

    NthtierError                  what a user can mend; the message says how
    ├── loaders.errors.LoaderError        a file, feed or table (names file and line)
    ├── ontology.catalogue.CatalogueError a catalogue file, or a name it does not know
    └── graph.errors                      store, validation, question, settings
"""


class NthtierError(Exception):
    """An error with a message for the user: one line that says what to do."""
