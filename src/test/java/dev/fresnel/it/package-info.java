/** The gateway as its users meet it: official SDKs and raw sockets on one side, a scripted provider on the other. */
@NullMarked
package dev.fresnel.it;

import org.jspecify.annotations.NullMarked;
