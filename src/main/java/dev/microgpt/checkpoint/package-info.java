/// Reads and writes models as safetensors files. A session can be saved to such a file, and created from
/// one.
///
/// [CheckpointFile] writes a [dev.microgpt.engine.Checkpoint] and documents the content of the file;
/// [CheckpointReader] reads it back, or reads a file that holds only weights. [Safetensors] implements the
/// format: a JSON header that names tensors with their types and shapes, followed by the bytes of the
/// tensors, see <https://github.com/huggingface/safetensors>.
@NullMarked
package dev.microgpt.checkpoint;

import org.jspecify.annotations.NullMarked;
