# Where things come from, for the scripts that source this file: llm.c's starter pack, as its
# dev/download_starter_pack.sh has it, names from EurekaLabsAI/mlp and MNIST from where PyTorch fetches it. Shakespeare
# and the tokenizer are in scripts/data.
# A mirror can be given in the environment.
starter_pack=${STARTER_PACK:-https://huggingface.co/datasets/karpathy/llmc-starter-pack/resolve/main}
# Of these two no checksum is known: their sizes are checked, and their numbers, by gpt2 verify.
model_bytes=497904640
state_bytes=549369860
names=${NAMES:-https://raw.githubusercontent.com/EurekaLabsAI/mlp/master/data}
mnist=${MNIST:-https://ossci-datasets.s3.amazonaws.com/mnist}
# What the lessons need: file below data/, address, bytes and SHA-256, and "gzip" where these are of what it unpacks to.
lesson_files="
names/train.txt $names/train.txt 213796 \
814eca7d20168ba3a41ff1a6e41bedbfa8e72de37c974a3411f047f0b73b2f74
names/val.txt $names/val.txt 7179 \
23195f8c2b2b69343f1e486a595b5e0e9977d373289fe306bb3adc9c171e9efc
names/test.txt $names/test.txt 7170 \
5951a7a2df9d9cc5fc9409e814a645eadba5e33e104a9e6e47f3cfe065a0d9d6
mnist/train-labels-idx1-ubyte.gz $mnist/train-labels-idx1-ubyte.gz 60008 \
65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5 gzip
mnist/train-images-idx3-ubyte.gz $mnist/train-images-idx3-ubyte.gz 47040016 \
ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db gzip
mnist/t10k-labels-idx1-ubyte.gz $mnist/t10k-labels-idx1-ubyte.gz 10008 \
ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2 gzip
mnist/t10k-images-idx3-ubyte.gz $mnist/t10k-images-idx3-ubyte.gz 7840016 \
0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7 gzip
"
