#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A mixed overload through the whole product, on this machine: builds if needed, starts simulators, gateway and runner, shows what
# happens, prints a table, and stays up to be tried.
#
#   apisix/demo.sh                              with the embedded gateway
#   apisix/demo.sh --once                       exits after the table; 0 only if what must hold does
#   apisix/demo.sh --apisix URL CONFIG SOCKET   through a real APISIX: its address, its conf/apisix.yaml (replaced meanwhile), its
#                                               ext-plugin.path_for_test
set -eu
cd "$(dirname "$0")/.."

newer() { # FILE: does any source stand newer than it?
  [ -f "$1" ] && [ -z "$(find pom.xml ./*/pom.xml ./*/src/main -newer "$1" -print -quit)" ]
}

if ! newer plugin/target/sluice.jar || ! newer t/target/classes/.complete; then
  echo "building (mvn -DskipTests package) ..."
  mvn -q -B -DskipTests package
  touch t/target/classes/.complete
fi

java=$(plugin/bin/sluice --print-java)
exec "$java" --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx512m -Dlogback.configurationFile=logback-t.xml \
  -cp t/target/classes:plugin/target/sluice.jar dev.sluice.t.overload.Demo "$@"
