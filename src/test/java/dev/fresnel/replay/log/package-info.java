@NullMarked
package dev.fresnel.replay.log;

import org.jspecify.annotations.NullMarked;
