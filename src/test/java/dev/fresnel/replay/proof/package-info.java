@NullMarked
package dev.fresnel.replay.proof;

import org.jspecify.annotations.NullMarked;
