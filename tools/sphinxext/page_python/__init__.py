"""Python in the page: fetch Pyodide and the editor by a lock, compile ahead, and put the set into the book."""
