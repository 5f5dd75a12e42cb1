@NullMarked
package dev.fresnel.savings;

import org.jspecify.annotations.NullMarked;
