/// Session bundles: ZIP files with all that is needed to continue a session elsewhere, readable with ordinary tools.
///
/// [dev.microgpt.bundle.BundleFile] writes a session; [dev.microgpt.bundle.BundleReader] reads it back. The model is in
/// a safetensors file of [dev.microgpt.checkpoint]; losses and history look as they do in the REST API. A manifest has the
/// version of the format and the digests of the files.
@NullMarked
package dev.microgpt.bundle;

import org.jspecify.annotations.NullMarked;
