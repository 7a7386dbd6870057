"""One test of many cases, where pytest would take longer for a test of its own than each of them takes."""


def for_each(cases, check):
    """Call `check` with each of `cases`, {name: case}; those that fail are named, each with its error."""
    assert cases
    errors = []
    for name, case in cases.items():
        try:
            check(case)
        except Exception as error:
            error.add_note(f"case: {name}")
            errors.append(error)
    if errors:
        raise ExceptionGroup(f"{len(errors)} of {len(cases)} cases fail", errors)
