@NullMarked
package dev.fresnel.replay.rule;

import org.jspecify.annotations.NullMarked;
