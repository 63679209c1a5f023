"""The command line, one module a command, each exporting `command` (a click command or group).

With `--json` exactly one JSON document goes to stdout and messages to stderr. A command returns its exit code (0 done,
1 findings) or raises an error of engine.errors, which the entrance words in one line: Refused ends with 1, InputError
and NotConfigured with 2. The one-line help of the list stands in web/cli.py, so that nothing is imported to show it.
"""
