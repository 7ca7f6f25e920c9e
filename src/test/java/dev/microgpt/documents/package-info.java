/// Tests of the documents: what README and `src/site` show is run, and their links lead somewhere.
@NullMarked
package dev.microgpt.documents;

import org.jspecify.annotations.NullMarked;
