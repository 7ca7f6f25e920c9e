/// Models as safetensors files: what a session can be saved to and made from.
///
/// Safetensors is a header in JSON, which names tensors with their types and shapes, and their bytes end to
/// end: <https://github.com/huggingface/safetensors>. [Safetensors] knows the format,
/// [CheckpointFile] what a microgpt keeps in it.
@NullMarked
package dev.microgpt.checkpoint;

import org.jspecify.annotations.NullMarked;
