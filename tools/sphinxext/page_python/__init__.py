"""Python in the page: fetch Pyodide and the editor, compile ahead, and put the set into the book."""
