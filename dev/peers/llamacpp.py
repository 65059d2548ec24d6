"""Generation by llama.cpp (llama-cpp-python) from a GGUF file; prints a line of JSON.

Measured are the time from opening the file to the first token, the pass over a prompt, and tokens after it, one by one;
and which tokens it takes greedily after a text.
"""

import argparse
import json
import statistics
import time

import llama_cpp


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gguf")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--prompt-length", type=int, default=512)
    parser.add_argument("--generated-tokens", type=int, default=48)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--text", default="Once upon a time")
    options = parser.parse_args()

    begin = time.perf_counter()
    model = llama_cpp.Llama(
        options.gguf, n_ctx=1024, n_batch=512, n_ubatch=512, n_threads=options.threads,
        n_threads_batch=options.threads, verbose=False,
    )
    text = model.tokenize(options.text.encode(), add_bos=False)
    model.eval(text)
    greedy = [model.sample(temp=0.0, top_k=1, repeat_penalty=1.0)]
    first_token = time.perf_counter() - begin
    for _ in range(options.generated_tokens - 1):
        model.eval(greedy[-1:])
        greedy.append(model.sample(temp=0.0, top_k=1, repeat_penalty=1.0))

    def timed(tokens: list[int]) -> float:
        start = time.perf_counter()
        model.eval(tokens)
        return time.perf_counter() - start

    prompt = [index * 7919 % model.n_vocab() for index in range(options.prompt_length)]
    prefill = []
    for _ in range(options.repetitions + 1):
        model.reset()
        prefill.append(timed(prompt))
    decode = [timed([index * 31]) for index in range(options.generated_tokens)]
    print(json.dumps({
        "version": llama_cpp.__version__,
        "first_token": first_token,
        "prefill": statistics.median(prefill[1:]),
        "decode": statistics.median(decode),
        "greedy": greedy,
    }))


if __name__ == "__main__":
    main()
