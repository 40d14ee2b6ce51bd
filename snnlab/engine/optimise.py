"""What LLVM does to a text, here or in a process of its own, which is this file as a script.

LLVM's passes keep about ten times the size of a text for ever (llvmlite 0.50, the default pipeline from level 1 on).
Kernels that run here cannot be made elsewhere; those for browsers can, and there are some for each page that opens.
"""

import atexit
import json
import os
import subprocess
import sys
from queue import LifoQueue
from typing import IO, Any

MOST = 200  # texts that one process takes: it has grown by some 200 MB then
AT_ONCE = min(4, os.cpu_count() or 1)  # processes


def optimised(binding: Any, parsed: Any, machine: Any) -> Any:
    """A parsed module, its loops over neurons as vectors of that machine."""
    options = binding.create_pipeline_tuning_options(speed_level=3)
    # unrolling loops besides costs half of the time that this takes, for nothing
    options.loop_vectorization, options.slp_vectorization, options.loop_unrolling = True, False, False
    passes = binding.create_pass_builder(machine, options)
    passes.getModulePassManager().run(parsed, passes)
    return parsed


def emitted(text: str, triple: str, features: str) -> bytes:
    """The object of a module for another machine."""
    import llvmlite.binding as binding  # when first needed: 0.1 s

    binding.initialize_all_targets()
    binding.initialize_all_asmprinters()
    target = binding.Target.from_triple(triple)
    machine = target.create_target_machine(cpu="generic", features=features, opt=3, reloc="static")
    parsed = binding.parse_assembly(text)
    parsed.triple, parsed.data_layout = triple, str(machine.target_data)
    return machine.emit_object(optimised(binding, parsed, machine))


class Worker:
    """A process that emits: begun when it is first asked, and another one after `MOST` texts."""

    def __init__(self) -> None:
        self.process: subprocess.Popen | None = None
        self.texts = 0

    def asked(self, given: tuple[str, ...]) -> bytes:
        process = self.process
        if process is None or self.texts == MOST:
            self.end()
            # -P: what lies beside this file is no library; a session of its own: Ctrl+C is not for it
            process = subprocess.Popen(
                [sys.executable, "-P", __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
            )
        assert process.stdin is not None and process.stdout is not None
        self.process = None  # one that is left in the middle of an answer is asked no more
        tell(process.stdin, json.dumps(given).encode())
        code, error = heard(process.stdout), heard(process.stdout)
        self.process, self.texts = process, self.texts + 1
        if error:
            raise RuntimeError(error.decode())
        return code

    def end(self) -> None:
        """It ends where nothing comes any more."""
        if self.process is not None and self.process.stdin is not None and self.process.stdout is not None:
            self.process.stdin.close()
            self.process.stdout.close()
            self.process.wait()
        self.process, self.texts = None, 0


class Apart:
    """`emitted` in processes of their own, as many as are asked at once up to `AT_ONCE`; here, where none works."""

    def __init__(self) -> None:
        self.forget()
        atexit.register(self.end)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.forget)  # two that write to one process would mix their texts

    def forget(self) -> None:
        self.idle: LifoQueue[Worker] = LifoQueue()  # the one that answered last is asked first: others never begin
        for _ in range(AT_ONCE):
            self.idle.put(Worker())
        self.works = True

    def __call__(self, *given: str) -> bytes:
        if not self.works:
            return emitted(*given)
        worker = self.idle.get()
        try:
            return worker.asked(given)
        except (OSError, EOFError):
            self.works = worker.texts > 0  # one that has answered before was ended by somebody
            return emitted(*given)
        finally:
            self.idle.put(worker)

    def end(self) -> None:
        while not self.idle.empty():
            self.idle.get().end()
        self.works = False


def tell(pipe: IO[bytes], message: bytes) -> None:
    pipe.write(len(message).to_bytes(8, "little") + message)
    pipe.flush()


def heard(pipe: IO[bytes]) -> bytes:
    """The next message. Raises EOFError where none comes any more."""
    if len(size := pipe.read(8)) < 8 or len(message := pipe.read(n := int.from_bytes(size, "little"))) < n:
        raise EOFError
    return message


def serve(given: IO[bytes], taken: IO[bytes]) -> None:
    """Answer with objects, or what is wrong, until nothing comes any more."""
    while True:
        try:
            arguments = json.loads(heard(given))
        except EOFError:
            return
        code, error = b"", ""
        try:
            code = emitted(*arguments)
        except RuntimeError as said:
            error = str(said) or type(said).__name__
        tell(taken, code)
        tell(taken, error.encode())


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
