/**
 * Values of a run in a file: what a model was given and what it computed, by canonical names, in
 * safetensors with a manifest, so that any implementation can be compared with any other.
 */
@NullMarked
package org.isomorph.debug.recording;

import org.jspecify.annotations.NullMarked;
