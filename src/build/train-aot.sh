#!/usr/bin/env bash
# Makes the AOT cache of the image: a service runs for a while and is asked for a bit of everything; what
# classes it used, and how they behaved, is written down when it ends. Run in the directory of the jar:
#   train-aot.sh CACHE JAVA-OPTIONS...
# The kernels with the Vector API are left out: a JVM cannot write their classes into a cache unless it was started with
# --add-modules, and then it would not link the others.
# The image has no curl, but bash has sockets. HTTP/1.0: the server closes after its answer.
set -euo pipefail
cache=$1
shift
port=18080
data=$(mktemp -d)

call() { # METHOD PATH [JSON]
    local body=${3:-}
    exec 3<>/dev/tcp/127.0.0.1/$port || return
    printf '%s %s HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s' \
        "$1" "$2" "${#body}" "$body" >&3
    timeout 20 cat <&3 || true
    exec 3>&-
}

java -XX:AOTCacheOutput="$cache" "$@" -Dmicrogpt.load-vector-module=false -Dmicrogpt.seconds-to-stop=120 \
    -jar microgpt-server.jar \
    --server.port=$port --microgpt.data-dir="$data" --microgpt.demo=false &
service=$!
until call GET /actuator/health/readiness 2>/dev/null | grep -q '"UP"'; do
    kill -0 $service
    sleep 0.2
done

{
    sessions=/api/v1/sessions
    call POST $sessions/t/init '{"dataset":"names"}'
    call POST $sessions/t/step '{"count":200}'
    call POST $sessions/t/generate '{"count":3,"seed":1}'
    call POST $sessions/t/runs '{"steps":2000}'
    for path in "" /losses /config /embeddings /history /keyframes /runs; do
        call GET "$sessions/t$path"
    done
    call GET "$sessions?limit=10"
    call GET "$sessions/t/events?fromStep=1" & # ends with the session
    sleep 1
    for path in / /s/t /js/pages/live.js /api/v1/limits /actuator/health /actuator/prometheus; do
        call GET $path
    done
    call DELETE $sessions/t
    wait $!
} >/dev/null

kill $service
wait $service || [[ $? == 143 ]] # as a process that was asked to end
rm -r "$data"
test -s "$cache"
