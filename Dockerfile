# The gateway as an image: docker build -t fresnel:0.1.0 .
# What runs is the release as anybody unpacks it, started by its own launcher, so options of the JVM stand in one place.

FROM maven:3.9.11-eclipse-temurin-25 AS build
WORKDIR /build
COPY pom.xml ./
COPY src/main src/main
RUN --mount=type=cache,target=/build/.m2 mvn -B -Dmaven.repo.local=/build/.m2 -Dmaven.test.skip=true package

FROM eclipse-temurin:25.0.3_9-jre-noble
LABEL org.opencontainers.image.title="Fresnel" \
      org.opencontainers.image.description="OpenAI-compatible gateway: a smart model thinks once, a cheap model generates many." \
      org.opencontainers.image.licenses="Apache-2.0"
# Fixed numbers: clusters that refuse root ask for one, and volumes are given to it.
RUN install -d -o 65532 -g 65532 /var/lib/fresnel
COPY fresnel LICENSE /opt/fresnel/
COPY conf /opt/fresnel/conf
COPY --from=build /build/target/fresnel.jar /opt/fresnel/target/
COPY --from=build /build/target/lib /opt/fresnel/target/lib
USER 65532:65532
# Where a relative store is: nothing else is written, so the root file system may be read only.
WORKDIR /var/lib/fresnel
EXPOSE 8080 9091
ENTRYPOINT ["/opt/fresnel/fresnel"]
CMD ["serve", "--config", "/etc/fresnel"]
