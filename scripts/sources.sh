# Where things come from, for the scripts that source this file: llm.c's starter pack, as its
# dev/download_starter_pack.sh has it, and Shakespeare from his public home.
# A mirror can be given in the environment.
starter_pack=${STARTER_PACK:-https://huggingface.co/datasets/karpathy/llmc-starter-pack/resolve/main}
char_rnn=https://raw.githubusercontent.com/karpathy/char-rnn/master
shakespeare=${SHAKESPEARE:-$char_rnn/data/tinyshakespeare/input.txt}
shakespeare_bytes=1115394
shakespeare_sha256=86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed
tokenizer_bytes=372108
model_bytes=497904640
state_bytes=549369860
