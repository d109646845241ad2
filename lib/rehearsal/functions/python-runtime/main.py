"""Lambda's runtime for Python, in a process of a rehearsal: `python main.py FOLDER HANDLER`.

It loads the code and says so on file descriptor 3; then it reads an invocation a line from there, calls the handler, and writes its
result or error there.
"""
import importlib
import json
import logging
import os
import sys
import time
import traceback


class Context:
    """What Lambda tells a function of its invocation."""

    def __init__(self, request):
        self.aws_request_id = request['requestId']
        self.invoked_function_arn = request['arn']
        self.function_name = request['functionName']
        self.function_version = '$LATEST'
        self.memory_limit_in_mb = str(request['memoryMegabytes'])
        self.log_group_name = request['logGroup']
        self.log_stream_name = request['logStream']
        self._deadline = request['deadline']

    def get_remaining_time_in_millis(self):
        return max(0, int(self._deadline - time.time() * 1000))


class RuntimeFault(Exception):
    """A fault of the function's code that Lambda itself finds."""

    def __init__(self, name, message):
        super().__init__(message)
        self.name = name


def load_handler(name):
    module_name, _, function_name = name.rpartition('.')
    try:
        module = importlib.import_module(module_name.replace('/', '.'))
    except ImportError as error:
        raise RuntimeFault('Runtime.ImportModuleError', f"Unable to import module '{module_name}': {error}") from error
    except SyntaxError as error:
        raise RuntimeFault('Runtime.UserCodeSyntaxError', f"Syntax error in module '{module_name}': {error}") from error
    handler = getattr(module, function_name, None)
    if handler is None:
        raise RuntimeFault('Runtime.HandlerNotFound', f"Handler '{function_name}' missing on module '{module_name}'")
    return handler


def describe(error, request_id):
    if isinstance(error, RuntimeFault):
        return {'errorMessage': str(error), 'errorType': error.name, 'requestId': request_id, 'stackTrace': []}
    # The first frame is this file's.
    frames = traceback.format_list(traceback.extract_tb(error.__traceback__)[1:])
    return {'errorMessage': str(error), 'errorType': type(error).__name__, 'requestId': request_id, 'stackTrace': frames}


def main():
    folder, handler_name = sys.argv[1:]
    sys.path[0] = folder
    logging.basicConfig(format='[%(levelname)s]\t%(message)s', stream=sys.stdout)
    channel_in = os.fdopen(3, 'r', encoding='utf-8', closefd=False)
    channel_out = os.fdopen(3, 'w', encoding='utf-8', closefd=False)
    handler = None
    fault = None
    try:
        handler = load_handler(handler_name)
    # A failure is told with the first invocation.
    except Exception as error:
        fault = error
    channel_out.write('{"loaded": true}\n')
    channel_out.flush()
    for line in channel_in:
        request = json.loads(line)
        try:
            if fault is not None:
                raise fault
            answer = {'result': json.dumps(handler(json.loads(request['payload']), Context(request)))}
        # Whatever a function raises becomes its answer, sys.exit() apart.
        except Exception as error:
            answer = {'error': describe(error, request['requestId'])}
        sys.stdout.flush()
        channel_out.write(json.dumps(answer) + '\n')
        channel_out.flush()
        if handler is None:
            sys.exit(1)


main()
