# Calls a Python handler: python3 -c <this text> <file> <directory> <function>, parameters as one JSON object on stdin.
# Writes its answer, one JSON object, to stdout. Everything that the handler prints goes to stderr.

import sys
# A file in the current directory must not replace a module of the standard library.
sys.path[:] = [entry for entry in sys.path if entry]
import os
answers = os.fdopen(os.dup(1), "w", encoding="ascii")
os.dup2(2, 1)
import importlib.util, inspect, json, traceback

def answer(**fields):
    json.dump(fields, answers, allow_nan=False)
    answers.flush()

def fail(stage, error):
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename == "<string>":
        frames = frames.tb_next
    lines = traceback.format_exception(type(error), error, frames)
    answer(ok=False, stage=stage, type=type(error).__name__, message=str(error), traceback="".join(lines)[-4096:], executable=sys.executable)

def load(path, directory):
    for folder in (directory, os.path.dirname(path)):
        if folder in sys.path:
            sys.path.remove(folder)
        sys.path.insert(0, folder)
    name = os.path.splitext(os.path.basename(path))[0]
    if name in sys.modules or name in getattr(sys, "stdlib_module_names", ()):
        name = "handler_" + name
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module

def named(function, parameters):
    """Returns the parameters as keyword arguments. app-name becomes app_name when only that is an argument of the function."""
    try:
        signature = inspect.signature(function)
    except ValueError:
        return parameters
    known = signature.parameters
    result = {}
    for name, value in parameters.items():
        other = name.replace("-", "_")
        result[other if name not in known and other in known else name] = value
    signature.bind(**result)
    return result

def main():
    path, directory, function_name = sys.argv[1:]
    sys.argv[:] = [path]
    parameters = json.loads(sys.stdin.buffer.read().decode("utf-8"))
    stage = "load"
    try:
        module = load(path, directory)
        stage = "find"
        function = getattr(module, function_name, None)
        if not callable(function):
            names = [name for name, value in vars(module).items() if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")]
            return answer(ok=False, stage=stage, type="", message="", names=names)
        stage = "bind"
        arguments = named(function, parameters)
        stage = "call"
        value = function(**arguments)
        if inspect.iscoroutine(value):
            import asyncio
            value = asyncio.run(value)
        stage = "return"
        text = json.dumps(value, allow_nan=False)
    except BaseException as error:
        return fail(stage, error)
    answers.write('{"ok":true,"value":' + text + "}")
    answers.flush()

main()
answers.close()
