"""``pvlib data check``: is this set of faces whole, and may one train on it?

One idea a module: ``recognise`` finds out what lies in a folder and makes a ``collection`` of it
(``ferplus_files`` for FER+), ``picture`` looks at one image, ``scan`` at all of them, ``lookalikes`` finds near
duplicates, ``copies`` says where copies stand, ``findings`` gathers everything, ``verdict`` judges it and
``page`` prints it. The processes that ``scan`` starts need no torch, so nothing is imported here.

    findings = check("downloads/rafdb", workers=1)  # from pvlib.data.check.findings
    verdict = judge(findings)                       # from pvlib.data.check.verdict
"""
