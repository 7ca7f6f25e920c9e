# The image of microgpt-server:
#   docker build -t microgpt-server .
#   docker run --rm -p 8080:8080 -v microgpt:/data microgpt-server
# It prints a key for its calls; to have one for good: docker run --rm microgpt-server new-key NAME
# It runs with --read-only --tmpfs /tmp as well. Podman and Buildah need --format docker to build it, or
# they leave out the health check.

FROM eclipse-temurin:25-jdk AS build
WORKDIR /build

# What Maven downloads, in a layer that lasts until the pom changes. A build without sources fetches just
# what the real one needs, and the empty directory makes the compiler get its plugins, too, of which
# dependency:go-offline would know nothing.
COPY mvnw pom.xml ./
COPY .mvn .mvn
COPY src/build src/build
RUN mkdir -p src/main/java \
    && ./mvnw -B -ntp package -Dmaven.test.skip -Dspring-boot.repackage.skip \
    && rm -r target

COPY src src
# No tests: they are the business of whoever changes the code. The executable jar is the one of which Boot
# keeps the original; taken apart, it starts faster, and its dependencies become a layer of their own.
RUN ./mvnw -B -ntp package -Dmaven.test.skip \
    && original=$(echo target/*.jar.original) \
    && java -Djarmode=tools -jar "${original%.original}" extract \
        --layers --destination layers --application-filename microgpt-server.jar \
    # SQLite's own code, which it would unpack to /tmp: from there it may not be allowed to run.
    && mkdir native && cd native \
    && jar -xf ../layers/dependencies/lib/sqlite-jdbc-*.jar "org/sqlite/native/Linux/$(uname -m)"


FROM eclipse-temurin:25-jre

# Not the base's own user: that one can have a shell, a home, and an id that is someone's on the host.
RUN groupadd --gid 10001 microgpt \
    && useradd --uid 10001 --gid microgpt --no-log-init --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin microgpt

# All of it is root's: the server can read it, and writes to /tmp and /data only.
WORKDIR /app
COPY --from=build /build/native/org/sqlite/native/Linux/*/ native/
COPY --from=build /build/layers/dependencies/ ./
COPY --from=build /build/layers/snapshot-dependencies/ /build/layers/application/ ./
COPY LICENSE ./

# What the sessions are kept in.
RUN mkdir /data && chown 10001:10001 /data
VOLUME /data
ENV MICROGPT_DATA_DIR=/data

# What classes a start needs and how they behave, found out here once, so that it takes less time. The
# cache fits this JRE and these jars alone; elsewhere it is passed over. So it is with --add-modules, which
# nobody needs: the service loads the module of the Vector API by itself.
COPY --from=build /build/src/build/train-aot.sh /tmp/
RUN /tmp/train-aot.sh microgpt-server.aot -Dorg.sqlite.lib.path=/app/native \
    && rm /tmp/train-aot.sh

# From outside the container, where the host's -p says so: then calls need a key.
ENV SERVER_ADDRESS=0.0.0.0

# By number, so that an orchestrator sees that it is not root.
USER 10001:10001
EXPOSE 8080

# The heap may take three fifths of the container's memory, not the JVM's usual quarter; with more, all
# else no longer fits into 512 MB. To be replaced as a whole: -e JDK_JAVA_OPTIONS=-Xmx2g.
# JAVA_TOOL_OPTIONS is left to agents and platforms. No ExitOnOutOfMemoryError: where the heap is full, the
# call that needed more fails, and the sessions live on.
ENV JDK_JAVA_OPTIONS="-XX:MaxRAMPercentage=60"

# The C library would keep memory of its own for each of many threads.
ENV MALLOC_ARENA_MAX=2

# No shell in between: SIGTERM has to reach the JVM.
ENTRYPOINT ["java", "-XX:AOTCache=microgpt-server.aot", "-Dorg.sqlite.lib.path=/app/native", \
    "-jar", "microgpt-server.jar"]

# The base has no curl or wget, but bash has sockets. HTTP/1.0: the server closes after its answer.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/${MANAGEMENT_SERVER_PORT:-${SERVER_PORT:-8080}} && printf 'GET /actuator/health/liveness HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && read -r -t 4 _ status _ <&3 && [[ $status == 200 ]] || exit 1"]

# Without a version and a ref.name it would show those of the base. --build-arg VERSION=1.0.0
ARG VERSION=unreleased
LABEL org.opencontainers.image.title="microgpt-server" \
    org.opencontainers.image.description="A training service for tiny GPTs: REST, live streams, and the engine as a library" \
    org.opencontainers.image.licenses="MIT" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.ref.name="microgpt-server"
