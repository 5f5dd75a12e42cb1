@NullMarked
package dev.fresnel.replay;

import org.jspecify.annotations.NullMarked;
