// Prints one JSON line per device of an ioBroker adapter: its data points with topic, JSON path, role and unit.
//
//   node iobroker_dump.cjs PACKAGE_FOLDER ADAPTER      ADAPTER: sonoff, shelly, zigbee or wled
//
// Data points say where a value comes from in code (`value => JSON.parse(value).aenergy?.total`), not in data. So
// the code is run on a recorder: an object on which every property exists and that notes which were asked for. What
// it converts (Wh to kWh, "on" to true) is found by sending known values through it.
"use strict";

const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

const ROOT = path.resolve(process.argv[2]);
const ADAPTER = process.argv[3];
const print = (line) => fs.writeSync(1, `${JSON.stringify(line)}\n`);
const quiet = () => {};
for (const method of ["log", "info", "warn", "error", "debug"]) console[method] = quiet;

// The adapters' own dependencies are not installed; the tables need none of them.
const load = Module._load;
Module._load = (request, parent, isMain) => {
    try {
        return load(request, parent, isMain);
    } catch (error) {
        if (error.code !== "MODULE_NOT_FOUND") throw error;
        return new Proxy(function () {}, { get: (_, key) => (key === "__esModule" ? false : quiet) });
    }
};

// --- Recorder ---------------------------------------------------------------------------------------------------

const WORD = "\u0000recorder";
const METHODS = new Set([
    "join", "map", "filter", "find", "forEach", "some", "every", "includes", "indexOf", "toString", "toFixed", "length",
    "toLowerCase", "toUpperCase", "startsWith", "split", "slice", "reduce", "replace", "valueOf", "hasOwnProperty", "trim",
]);
const PATH = Symbol("path");
let asked = [];

function recorder(keys) {
    return new Proxy(function () {}, {
        get: (_, key) => {
            if (key === PATH) return keys;
            if (key === Symbol.toPrimitive) return () => 1;
            if (typeof key === "symbol" || key === "then") return undefined;
            if (METHODS.has(key)) return () => recorder(keys);
            asked.push([...keys, key]);
            return recorder([...keys, key]);
        },
        has: () => true,
        apply: () => recorder(keys),
    });
}

const parse = JSON.parse;
JSON.parse = (text, ...rest) => (text === WORD ? recorder([]) : parse(text, ...rest));

function quietly(run) {
    try {
        const result = run();
        if (result && typeof result !== "function" && typeof result.then === "function") {
            result.then(quiet, quiet);
            return undefined;
        }
        return result;
    } catch {
        return undefined;
    }
}

const self = new Proxy(function () {}, { get: (_, key) => (key === "then" ? undefined : quiet) });

// Key path that the accessor reads; undefined when it reads several or its result is not one of them.
function pathOf(accessor) {
    asked = [];
    const result = quietly(() => accessor(WORD, self));
    if (typeof result === "function" && result[PATH]) return result[PATH];
    const distinct = [...new Map(asked.map((keys) => [keys.join("\u0000"), keys])).values()];
    const leaves = distinct.filter((keys) => !distinct.some((other) => other.length > keys.length && keys.every((key, i) => key === other[i])));
    if (leaves.length === 1) return leaves[0];
    return leaves.length === 0 ? [] : undefined;
}

function wrapped(keys, value) {
    if (keys.length === 0) return typeof value === "string" ? value : String(value);
    return JSON.stringify(keys.reduceRight((inner, key) => ({ [key]: inner }), value));
}

const PAIRS = [
    [true, false], ["on", "off"], ["ON", "OFF"], ["open", "close"], ["open", "closed"], [1, 0], ["overpower", "normal"],
    ["mild", "none"], ["LOCK", "UNLOCK"], ["YES", "NO"],
];

// What the accessor makes of a known value: factor of a number, raw words of a boolean.
function conversion(accessor, keys, type) {
    if (type === "boolean") {
        for (const [on, off] of PAIRS) {
            const [first, second] = [quietly(() => accessor(wrapped(keys, on), self)), quietly(() => accessor(wrapped(keys, off), self))];
            if (first === true && second === false) return { true: on, false: off };
            if (first === false && second === true) return { true: on, false: off, flipped: true };
        }
        return {};
    }
    if (type === "number") {
        const made = Number(quietly(() => accessor(wrapped(keys, 1000), self)));
        return Number.isFinite(made) && made !== 0 ? { factor: made / 1000 } : {};
    }
    return {};
}

function plain(common) {
    const kept = {};
    for (const key of ["name", "type", "role", "unit", "min", "max", "step", "states", "read", "write"]) {
        const value = common?.[key];
        if (value !== undefined && typeof value !== "function") kept[key] = value;
    }
    return kept;
}

// --- Adapters ---------------------------------------------------------------------------------------------------

function shelly() {
    const tables = require(path.join(ROOT, "build", "lib", "datapoints.js"));
    const words = {};
    for (const file of fs.readdirSync(path.join(ROOT, "build", "i18n"))) {
        words[file.replace(".json", "")] = parse(fs.readFileSync(path.join(ROOT, "build", "i18n", file), "utf8"));
    }
    for (const [name, points] of Object.entries(tables.devices)) {
        const listed = [];
        for (const [id, point] of Object.entries(points)) {
            const { mqtt = {}, common } = point;
            const pushed = typeof mqtt.mqtt_publish === "string";
            const accessor = pushed ? mqtt.mqtt_publish_funct : mqtt.http_publish_funct;
            if (!pushed && typeof mqtt.http_publish !== "string") continue;
            const keys = accessor ? pathOf(accessor) : [];
            if (keys === undefined || (!pushed && keys.length === 0)) continue;
            const raw = accessor ? conversion(accessor, keys, common?.type) : {};
            const label = typeof common?.name === "string" ? common.name : common?.name?.en;
            const names = typeof common?.name === "object" ? { ...common.name } : label ? { en: label } : {};
            for (const [language, table] of Object.entries(words)) if (label && table[label]) names[language] = table[label];
            listed.push({ id, path: keys, topic: pushed ? mqtt.mqtt_publish : undefined, raw, ...plain(common), names });
        }
        print({ name, model: tables.deviceTypes?.[name]?.[0], points: listed });
    }
}

function sonoff() {
    const module = require(path.join(ROOT, "build", "lib", "datapoints.js"));
    const points = Object.entries(module.default ?? module).map(([id, common]) => ({ id, path: [id], ...plain(common) }));
    print({ name: "Tasmota", points });
}

function wled() {
    const table = require(path.join(ROOT, "lib", "stateAttr.js"));
    print({ name: "WLED", points: Object.entries(table).map(([id, common]) => ({ id, path: [id], ...plain(common) })) });
}

function zigbee() {
    const folder = path.join(ROOT, "lib", "legacy");
    const file = path.join(folder, "devices.js");
    // The device list is not exported.
    const module = new Module(file);
    module.filename = file;
    module.paths = Module._nodeModulePaths(folder);
    module._compile(
        `${fs.readFileSync(file, "utf8")}\nmodule.exports.list = [...(typeof devices === "undefined" ? [] : devices), ...(typeof legacy_devices === "undefined" ? [] : legacy_devices)];`,
        file,
    );
    for (const device of module.exports.list) {
        const points = [];
        for (const state of Array.isArray(device.states) ? device.states : []) {
            if (!state || state.isEvent || state.isOption || state.read === false) continue;
            const key = state.prop ?? state.id;
            const getter = typeof state.getter === "function" ? state.getter : undefined;
            let raw = {};
            if (getter) {
                const accessor = (text) => getter(parse(text), {});
                raw = conversion(accessor, [key], state.type);
            }
            points.push({ id: state.id, path: [key], raw, converted: Boolean(getter), ...plain(state) });
        }
        if (points.length > 0) print({ name: device.vendor ?? "", model: device.models?.[0], points });
    }
}

({ shelly, sonoff, wled, zigbee })[ADAPTER]();
process.exit(0);
