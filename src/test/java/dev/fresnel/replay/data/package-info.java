@NullMarked
package dev.fresnel.replay.data;

import org.jspecify.annotations.NullMarked;
