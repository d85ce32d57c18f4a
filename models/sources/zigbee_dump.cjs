// Prints one JSON line per device definition of zigbee-herdsman-converters: its exposed leaves and a few payloads.
//
//   node zigbee_dump.cjs FOLDER [SEED]      FOLDER holds zigbee-herdsman-converters/ and zigbee-herdsman/
//
// The payloads come out of the package's own fromZigbee converters. They run offline against messages whose data is
// a Proxy: whatever attribute a converter asks for exists and holds a plausible raw number. That gives the real
// spelling, nesting and value types of every device without one recording. What it cannot give is plausible
// magnitudes (scales differ per device), so numbers outside the stated or usual range are drawn again at the end.
"use strict";

const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

const FOLDER = path.resolve(process.argv[2]);
const ROOT = path.join(FOLDER, "zigbee-herdsman-converters");
const SEED = Number(process.argv[3] ?? 1);
const VARIANTS = 3; // payloads per device, before those that carry an action
const ATTEMPTS = 4; // messages per converter, endpoint and variant

// --- A closed world: no timers, fixed time, seeded chance -------------------------------------------------------

const realExit = process.exit.bind(process);
const realWrite = fs.writeSync;
const NOW = Date.UTC(2026, 10, 23, 9, 0, 0);
const RealDate = Date;
global.Date = class extends RealDate {
    constructor(...parts) {
        if (parts.length === 0) super(NOW);
        else super(...parts);
    }
    static now() {
        return NOW;
    }
};
let state = SEED >>> 0;
function random() {
    // mulberry32: small, seedable, good enough to pick values
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
Math.random = random;
const between = (low, high) => low + random() * (high - low);
const integer = (low, high) => Math.floor(between(low, high + 1));
const pick = (items) => items[Math.floor(random() * items.length)];
const silentTimer = () => ({ unref: () => {}, ref: () => {}, hasRef: () => false, refresh: () => {} });

// zigbee-herdsman is found beside the package. What it needs for real radios (serial ports, mDNS) is not installed:
// nothing here calls it, so an inert stand-in does.
const load = Module._load;
const inert = (answer) =>
    new Proxy(function () {}, {
        get: (target, key) => (key === "__esModule" ? false : key === "prototype" ? target.prototype : inert(answer)),
        apply: () => (answer === undefined ? inert() : answer),
    });
Module._load = (request, parent, isMain) => {
    const found = /^zigbee-herdsman(\/|$)/.test(request) ? path.join(FOLDER, request) : request;
    try {
        return load(found, parent, isMain);
    } catch (error) {
        if (error.code !== "MODULE_NOT_FOUND" || found !== request || request.startsWith(".")) throw error;
        return inert(request === "semver" ? null : undefined); // null: no version is a valid one
    }
};

const zhc = require(path.join(ROOT, "dist", "index.js"));
const { Zcl } = require(path.join(FOLDER, "zigbee-herdsman"));
const quiet = () => {};
for (const method of ["log", "info", "warn", "error", "debug"]) console[method] = quiet; // some converters print
zhc.setLogger({ debug: quiet, info: quiet, warning: quiet, error: quiet });
// After loading: converters start timers (motion off after 90 s) that would outlive the dump.
global.setTimeout = silentTimer;
global.setInterval = silentTimer;
process.on("unhandledRejection", quiet);

// --- Exposes ----------------------------------------------------------------------------------------------------

const LEAF_KEYS = [
    "name", "label", "type", "unit", "value_min", "value_max", "value_step", "values", "value_on", "value_off",
    "access", "category", "description", "endpoint", "presets",
];

function leavesOf(exposes) {
    const leaves = [];
    const visit = (expose, keys, parents) => {
        const here = expose.property ? [...keys, expose.property] : keys;
        if (Array.isArray(expose.features)) {
            for (const feature of expose.features) visit(feature, here, [...parents, { type: expose.type, name: expose.name }]);
            return;
        }
        if (!expose.property) return;
        const leaf = { path: here, parents };
        for (const key of LEAF_KEYS) if (expose[key] !== undefined) leaf[key] = expose[key];
        if (leaf.presets) leaf.presets = Object.values(leaf.presets).map((preset) => preset.value);
        if (expose.type === "list") leaf.item_type = expose.item_type?.type;
        leaves.push(leaf);
    };
    for (const expose of exposes) visit(expose, [], []);
    return leaves;
}

function resolveExposes(definition) {
    if (typeof definition.exposes !== "function") return definition.exposes;
    // The package's own stand-in for "any device of this definition".
    return definition.exposes({ isDummyDevice: true }, {});
}

// --- Mock device ------------------------------------------------------------------------------------------------

class Endpoint {
    constructor(id, device) {
        this.ID = id;
        this.deviceRef = device;
        this.deviceIeeeAddress = device.ieeeAddr;
        this.inputClusters = [];
        this.outputClusters = [];
        this.binds = [];
        this.meta = {};
        this.clusters = {};
        this.configuredReportings = [];
        this.profileID = 260;
        this.deviceID = 0;
    }
    getDevice() {
        return this.deviceRef;
    }
    supportsInputCluster() {
        return true;
    }
    supportsOutputCluster() {
        return true;
    }
    getInputClusters() {
        return [];
    }
    getOutputClusters() {
        return [];
    }
    getClusterAttributeValue(cluster, attribute) {
        return attributeValue(String(cluster), String(attribute));
    }
    saveClusterAttributeKeyValue() {}
    hasPendingRequests() {
        return false;
    }
    isBindable() {
        return true;
    }
    async read() {
        return {};
    }
    async readResponse() {}
    async write() {}
    async report() {}
    async command() {
        return {};
    }
    async commandResponse() {}
    async defaultResponse() {}
    async bind() {}
    async unbind() {}
    async configureReporting() {}
    save() {}
}

class Device {
    constructor(definition) {
        const fingerprint = definition.fingerprint?.[0] ?? {};
        this.ieeeAddr = "0x00158d0001a2b3c4";
        this.modelID = fingerprint.modelID ?? definition.zigbeeModel?.[0] ?? definition.model;
        this.manufacturerName = fingerprint.manufacturerName ?? definition.vendor;
        this.manufacturerID = fingerprint.manufacturerID ?? 4660;
        this.networkAddress = 4660;
        this.powerSource = "Battery";
        this.type = "EndDevice";
        this.softwareBuildID = "1.0.8";
        this.dateCode = "20240101";
        this.applicationVersion = 67;
        this.hardwareVersion = 1;
        this.stackVersion = 2;
        this.zclVersion = 3;
        this.interviewCompleted = true;
        this.meta = {};
        this.customClusters = {};
        this.lastSeen = NOW;
        const ids = new Set([1]);
        try {
            for (const id of Object.values(definition.endpoint?.(this) ?? {})) if (typeof id === "number") ids.add(id);
        } catch {}
        this.endpoints = [...ids].map((id) => new Endpoint(id, this));
    }
    getEndpoint(id) {
        return this.endpoints.find((endpoint) => endpoint.ID === id) ?? this.endpoints[0];
    }
    getEndpointByDeviceType() {
        return this.endpoints[0];
    }
    addCustomCluster() {}
    save() {}
}

// --- Plausible raw data -----------------------------------------------------------------------------------------

// Raw ranges in ZCL scale, by attribute name; for what is not here the data type decides.
const RAW_RANGES = {
    "msTemperatureMeasurement.measuredValue": [1500, 2900], "msRelativeHumidity.measuredValue": [3000, 7000],
    "msSoilMoisture.measuredValue": [1500, 6000], "msPressureMeasurement.measuredValue": [980, 1030],
    "msPressureMeasurement.scaledValue": [9800, 10300], "msPressureMeasurement.scale": [-1, -1],
    "msIlluminanceMeasurement.measuredValue": [10000, 30000], "msOccupancySensing.occupancy": [0, 1],
    "msFlowMeasurement.measuredValue": [0, 60], "pm25Measurement.measuredValue": [2, 60],
    "msCO2.measuredValue": [0.0004, 0.0015], "genPowerCfg.batteryPercentageRemaining": [40, 200],
    "genPowerCfg.batteryVoltage": [27, 32], "genDeviceTempCfg.currentTemperature": [20, 45],
    "genOnOff.onOff": [0, 1], "genLevelCtrl.currentLevel": [1, 254], "hvacThermostat.localTemp": [1700, 2500],
    "hvacThermostat.occupiedHeatingSetpoint": [1600, 2400], "hvacThermostat.unoccupiedHeatingSetpoint": [1400, 1800],
    "hvacThermostat.occupiedCoolingSetpoint": [2000, 2700], "hvacThermostat.outdoorTemp": [-500, 2500],
    "hvacThermostat.systemMode": [0, 4], "hvacThermostat.pIHeatingDemand": [0, 100],
    "hvacThermostat.localTemperatureCalibration": [-20, 20], "hvacThermostat.runningState": [0, 2],
    "hvacThermostat.setpointChangeSource": [0, 2], "closuresWindowCovering.currentPositionLiftPercentage": [0, 100],
    "closuresWindowCovering.currentPositionTiltPercentage": [0, 100], "closuresDoorLock.lockState": [0, 2],
    "haElectricalMeasurement.activePower": [0, 900], "haElectricalMeasurement.rmsVoltage": [225, 240],
    "haElectricalMeasurement.rmsCurrent": [0, 4], "haElectricalMeasurement.acFrequency": [50, 50],
    "haElectricalMeasurement.powerFactor": [60, 100], "seMetering.instantaneousDemand": [0, 900],
    "seMetering.currentSummDelivered": [1000, 900000], "seMetering.currentSummReceived": [1000, 900000],
    "lightingColorCtrl.colorTemperature": [160, 450], "lightingColorCtrl.currentX": [10000, 45000],
    "lightingColorCtrl.currentY": [10000, 45000], "lightingColorCtrl.colorMode": [0, 2],
    "lightingColorCtrl.currentHue": [0, 254], "lightingColorCtrl.currentSaturation": [0, 254],
    "hvacFanCtrl.fanMode": [0, 5], "genMultistateInput.presentValue": [0, 3], "ssIasZone.zoneStatus": [0, 15],
};
// Keys of the structures that Xiaomi devices pack into one attribute; converters loop over what is there.
const LUMI_KEYS = [
    "1", "3", "5", "6", "8", "9", "10", "100", "101", "102", "149", "150", "151", "152", "154", "155", "159", "161",
    "166", "240", "247", "258", "259", "260", "276", "282", "297", "313", "320", "322", "323", "324", "325", "326",
    "327", "328", "329", "331", "332", "352", "514", "516", "517", "519", "624", "625", "634", "635", "638", "645",
    "1025", "1028", "1029", "1031", "1032", "1033", "1034", "1035", "1055", "1061", "1062", "65281", "65282",
];

function typedValue(type) {
    const T = Zcl.DataType;
    switch (type) {
        case T.BOOLEAN:
            return integer(0, 1);
        case T.ENUM8:
        case T.ENUM16:
            return integer(0, 4);
        case T.BITMAP8:
        case T.BITMAP16:
        case T.BITMAP24:
        case T.BITMAP32:
            return pick([0, 1, 2, 4, 8, 16, 33]);
        case T.UINT8:
        case T.INT8:
            return pick([0, 1, 2, 3, integer(0, 100)]);
        case T.SINGLE_PREC:
        case T.DOUBLE_PREC:
            return Math.round(between(0, 100) * 100) / 100;
        case T.CHAR_STR:
        case T.LONG_CHAR_STR:
            return pick(["1.0.8", "abc", "123456"]);
        case T.OCTET_STR:
        case T.LONG_OCTET_STR:
            return Buffer.from(Array.from({ length: 24 }, () => integer(0, 9)));
        case T.ARRAY:
        case T.STRUCT:
        case T.SET:
        case T.BAG:
            return { elementType: 32, elements: Array.from({ length: 8 }, () => integer(0, 100)), structElms: [] };
        default:
            return pick([0, 1, 2, integer(0, 250), integer(0, 3000)]);
    }
}

function clusterOf(name) {
    return Zcl.Clusters[name];
}

function attributeValue(cluster, attribute) {
    const range = RAW_RANGES[`${cluster}.${attribute}`];
    if (range) return Number.isInteger(range[1]) ? integer(...range) : between(...range);
    if (/(Multiplier|Formatting)$/i.test(attribute)) return 1;
    if (/Divisor$/i.test(attribute)) return pick([1, 10, 100, 1000]);
    return typedValue(clusterOf(cluster)?.attributes?.[attribute]?.type);
}

// Data in which every key exists. A key keeps its value for the life of one message.
function bottomless(valueOf, listed) {
    const known = {};
    const get = (key) => {
        if (!(key in known)) known[key] = valueOf(key);
        return known[key];
    };
    for (const key of listed) get(key);
    return new Proxy(known, {
        get: (_, key) => (typeof key === "symbol" ? undefined : key === "toJSON" || key === "then" ? undefined : get(key)),
        has: (_, key) => typeof key === "string",
        getOwnPropertyDescriptor: (_, key) =>
            typeof key === "symbol" ? undefined : { configurable: true, enumerable: true, writable: true, value: get(key) },
    });
}

function lumiStruct() {
    const struct = {};
    for (const key of LUMI_KEYS.slice(0, -2)) struct[key] = key === "1" ? integer(2800, 3200) : pick([0, 1, 2, integer(0, 100), integer(1000, 4000)]);
    return struct;
}

function messageData(cluster, type) {
    if (type === "raw") return Buffer.from(Array.from({ length: 40 }, () => integer(0, 120)));
    const definition = clusterOf(cluster);
    if (type === "attributeReport" || type === "readResponse") {
        const listed = Object.keys(definition?.attributes ?? {});
        const lumi = /lumi/i.test(cluster) || cluster === "genBasic";
        return bottomless(
            (key) => (lumi && (key === "65281" || key === "65282") ? lumiStruct() : attributeValue(cluster, key)),
            lumi ? [...listed, ...LUMI_KEYS] : listed,
        );
    }
    const command = type.replace(/^command/, "");
    const commandName = command.charAt(0).toLowerCase() + command.slice(1);
    const parameters = (definition?.commands?.[commandName] ?? definition?.commandsResponse?.[commandName])?.parameters ?? [];
    return bottomless(
        (key) => {
            const parameter = parameters.find((candidate) => candidate.name === key);
            if (key === "zonestatus") return pick([0, 1, 2, 4, 8, 33, 9]);
            if (key === "data") return Buffer.from(Array.from({ length: 24 }, () => integer(0, 9)));
            return typedValue(parameter?.type);
        },
        parameters.map((parameter) => parameter.name),
    );
}

// --- Tuya: everything travels in numbered data points -----------------------------------------------------------

function tuyaDataPoint(dp, datatype, raw) {
    const u32 = (number) => {
        const bytes = Buffer.alloc(4);
        bytes.writeInt32BE(number | 0);
        return bytes;
    };
    const data =
        datatype === 0 ? Buffer.from(Array.from({ length: 64 }, () => integer(0, 23)))
        : datatype === 1 ? Buffer.from([raw & 1])
        : datatype === 2 ? u32(raw)
        : datatype === 3 ? Buffer.from(pick(["1.0.8", "on", "22.5"]))
        : datatype === 4 ? Buffer.from([raw & 255])
        : Buffer.from([raw & 255]);
    return { dp, datatype, data };
}

function* tuyaMessages(definition) {
    const points = definition.meta?.tuyaDatapoints;
    const ids = points ? [...new Set(points.map((point) => point[0]))] : Array.from({ length: 130 }, (_, index) => index + 1);
    const trials = [
        [1, 0], [1, 1], [4, 0], [4, 1], [4, 2], [4, 3], [5, 0], [5, 1], [3, 0], [0, 0],
        [2, integer(0, 3)], [2, integer(5, 100)], [2, integer(150, 290)], [2, integer(1000, 3000)],
    ];
    for (const dp of ids) {
        for (const [datatype, raw] of trials) {
            yield { seq: integer(1, 60000), dpValues: [tuyaDataPoint(dp, datatype, raw)], ...tuyaDataPoint(dp, datatype, raw) };
        }
    }
}

// --- Running the converters -------------------------------------------------------------------------------------

let transaction = 0;

function convertOnce(definition, converter, message, meta) {
    const published = [];
    const publish = (payload) => published.push(payload);
    let converted;
    try {
        converted = converter.convert(definition, message, publish, {}, meta);
    } catch {
        return [];
    }
    if (converted && typeof converted.then !== "function") published.push(converted);
    return published.filter((payload) => payload && typeof payload === "object");
}

function harvest(definition, device, add) {
    const meta = {
        state: {}, device, deviceExposesChanged: quiet, options: {}, logger: { debug: quiet, info: quiet, warning: quiet, error: quiet },
    };
    for (const converter of definition.fromZigbee ?? []) {
        const types = Array.isArray(converter.type) ? converter.type : [converter.type];
        const wanted = types.includes("attributeReport") ? types.filter((type) => type !== "readResponse") : types;
        const cluster = typeof converter.cluster === "number" ? String(converter.cluster) : converter.cluster;
        const isTuya = /manuSpecificTuya/.test(cluster) && wanted.some((type) => /Data|Status|Command/i.test(type));
        const send = (type, endpoint, data) => {
            transaction = (transaction + 1) % 1000000;
            const message = {
                type, cluster, data, endpoint, device, linkquality: integer(30, 250), groupID: 0,
                meta: {
                    zclTransactionSequenceNumber: transaction, manufacturerCode: null,
                    frameControl: { frameType: 1, manufacturerSpecific: false, direction: 1, disableDefaultResponse: true },
                    rawData: Buffer.from([0, 0, 0]),
                },
            };
            for (const payload of convertOnce(definition, converter, message, meta)) add(payload);
        };
        if (isTuya) {
            for (const data of tuyaMessages(definition)) send(wanted[0], device.endpoints[0], data);
            continue;
        }
        for (const endpoint of device.endpoints) {
            for (const type of wanted) {
                for (let attempt = 0; attempt < ATTEMPTS; attempt++) send(type, endpoint, messageData(cluster, type));
            }
        }
    }
}

// --- From what came out to payloads -----------------------------------------------------------------------------

// Usual magnitudes by unit, then by name; a number outside them (wrong scale of the mock) is drawn again.
const USUAL_BY_UNIT = {
    "°C": [4, 32, 1], "%": [0, 100, 0], "hPa": [975, 1035, 1], "kPa": [97, 103, 1], lx: [0, 2500, 0], lux: [0, 2500, 0],
    V: [1, 245, 1], mV: [2500, 3200, 0], A: [0, 12, 2], mA: [0, 9000, 0], W: [0, 2800, 1], kWh: [0, 4200, 2],
    kW: [0, 9, 2], VA: [0, 2800, 0], VAR: [-300, 900, 0], Hz: [49, 51, 1], ppm: [0, 1800, 0], ppb: [0, 900, 0],
    "µg/m³": [0, 120, 0], "mg/m³": [0, 1.5, 2], dBm: [-95, -30, 0], mired: [153, 500, 0], "m³/h": [0, 4, 2], "m³": [0, 900, 2],
};
const USUAL_BY_NAME = [
    [/^battery$/, [5, 100, 0]], [/voltage.*battery|battery.*voltage/, [2500, 3200, 0]], [/temperature/, [4, 32, 1]],
    [/humidity|moisture/, [25, 75, 1]], [/linkquality/, [20, 255, 0]], [/illuminance/, [0, 2500, 0]], [/power_factor/, [0.5, 1, 2]],
    [/timestamp|time$/, null], [/brightness/, [1, 254, 0]], [/^(hue)$/, [0, 360, 0]], [/saturation/, [0, 100, 0]], [/^[xy]$/, [0.1, 0.65, 4]],
];

function usualRange(leaf) {
    const stated = leaf.value_min !== undefined && leaf.value_max !== undefined ? [leaf.value_min, leaf.value_max] : undefined;
    let usual = USUAL_BY_UNIT[leaf.unit];
    if (leaf.name === "battery") usual = [5, 100, 0];
    if (leaf.unit === "V" && !stated) usual = /battery/.test(leaf.name) ? [2.4, 3.3, 2] : [215, 245, 1];
    if (!usual && !leaf.unit) usual = USUAL_BY_NAME.find(([name]) => name.test(leaf.name))?.[1] ?? undefined;
    if (!stated) return usual;
    if (!usual || usual[0] > stated[1] || usual[1] < stated[0]) return [...stated, undefined];
    return [Math.max(usual[0], stated[0]), Math.min(usual[1], stated[1]), usual[2]];
}

function roundTo(value, leaf, example, digits) {
    if (leaf.value_step) {
        const origin = leaf.value_min ?? 0;
        const stepped = origin + Math.round((value - origin) / leaf.value_step) * leaf.value_step;
        return Math.round(stepped * 1e6) / 1e6;
    }
    // A converter that gave a fraction will give one again; one that gave whole numbers may only have been lucky.
    const decimals = Number.isInteger(example) ? (digits ?? 0) : Math.max(digits ?? 0, 1);
    return Math.round(value * 10 ** decimals) / 10 ** decimals;
}

function fits(leaf, value) {
    switch (leaf.type) {
        case "numeric": {
            if (leaf.presets?.includes(value)) return true;
            if (typeof value !== "number" || !Number.isFinite(value)) return false;
            const range = usualRange(leaf);
            return !range || (value >= range[0] && value <= range[1]);
        }
        case "binary":
            return value === leaf.value_on || value === leaf.value_off;
        case "enum":
            return (leaf.values ?? []).includes(value);
        case "text":
            return typeof value === "string" && value.length < 80 && /^[\x20-\x7e]*$/.test(value);
        case "list":
            return Array.isArray(value) && value.length < 12;
        default:
            return true;
    }
}

// A value in the source's own terms for a leaf of which the converters gave something unfit (`example`).
function drawn(leaf, example) {
    if (leaf.type === "numeric") {
        const range = usualRange(leaf) ?? (typeof example === "number" && Math.abs(example) < 1e5 ? [0, Math.abs(example) || 1] : [0, 100]);
        return roundTo(between(range[0], range[1]), leaf, typeof example === "number" ? example : 0, range[2]);
    }
    if (leaf.type === "binary") return random() < 0.4 ? leaf.value_on : leaf.value_off;
    if (leaf.type === "enum") return pick(leaf.values ?? []);
    return undefined;
}

const isPlain = (value) => value !== null && typeof value === "object" && !Array.isArray(value) && !Buffer.isBuffer(value);

function flatten(payload, keys, into) {
    for (const [key, value] of Object.entries(payload)) {
        const here = [...keys, key];
        if (isPlain(value) && here.length < 5 && Object.keys(value).length > 0) flatten(value, here, into);
        else into.push([here, value]);
    }
    return into;
}

function put(target, keys, value) {
    let here = target;
    for (const key of keys.slice(0, -1)) {
        if (!isPlain(here[key])) here[key] = {};
        here = here[key];
    }
    here[keys[keys.length - 1]] = value;
}

const sendable = (value) =>
    value !== undefined && value !== null && typeof value !== "function" && !(typeof value === "number" && !Number.isFinite(value)) && !Buffer.isBuffer(value) &&
    !(typeof value === "string" && value.length > 80);

// Keys that devices send although no expose states them. Anything else unstated is an artefact of the mock, in which
// every device has every attribute of its clusters (three phases in every plug).
const UNSTATED = /^(color_mode|voltage|battery_low|tamper|action_[a-z_]+)$/;

// What the host of the radio adds to every message, and to those of devices that take updates.
function addHost(payload, definition) {
    if (payload.linkquality === undefined) payload.linkquality = integer(20, 255);
    if (!definition.ota || random() < 0.4) return;
    const version = integer(1, 60) * 65536 + integer(0, 9) * 256;
    const isNewer = random() < 0.2;
    payload.update = { installed_version: version, latest_version: isNewer ? version + 65536 : version, state: isNewer ? "available" : "idle" };
}

function payloadsOf(definition, leaves) {
    const device = new Device(definition);
    const candidates = new Map(); // key path as JSON: the values seen
    const add = (payload) => {
        for (const [keys, value] of flatten(payload, [], [])) {
            if (!sendable(value) || keys.some((key) => /undefined|NaN|\[object/.test(key) || key.length > 40)) continue;
            const name = JSON.stringify(keys);
            if (!candidates.has(name)) candidates.set(name, []);
            const seen = candidates.get(name);
            if (seen.length < 40) seen.push(value);
        }
    };
    harvest(definition, device, add);
    const byPath = new Map(leaves.map((leaf) => [JSON.stringify(leaf.path), leaf]));
    const payloads = [];
    let redrawn = 0;
    const momentary = /(^|_)action(_|$)/;
    const build = (withAction) => {
        const payload = {};
        for (const [name, seen] of candidates) {
            const keys = JSON.parse(name);
            if (momentary.test(keys[0]) && !withAction) continue;
            const leaf = byPath.get(name);
            if (!leaf) {
                if (keys.length === 1 && UNSTATED.test(keys[0]) && !(withAction && random() < 0.3)) put(payload, keys, pick(seen));
                continue;
            }
            const good = seen.filter((value) => fits(leaf, value));
            let value = good.length > 0 ? pick(good) : drawn(leaf, seen[0]);
            if (good.length === 0) redrawn++;
            // Enumerations and binaries that the mock only ever saw in one state are shown in the others too.
            else if (leaf.type === "enum" || leaf.type === "binary") value = random() < 0.5 ? value : drawn(leaf, value);
            if (sendable(value)) put(payload, keys, value);
        }
        // Readable leaves that no message reached (behind a firmware version, a raw frame): drawn from their exposes.
        for (const [name, leaf] of byPath) {
            if (candidates.has(name) || !((leaf.access ?? 7) & 1) || momentary.test(leaf.name) || random() < 0.3) continue;
            const value = drawn(leaf, undefined);
            if (sendable(value)) put(payload, leaf.path, value);
        }
        return payload;
    };
    const hasAction = [...candidates.keys()].some((name) => momentary.test(JSON.parse(name)[0]));
    for (let variant = 0; variant < VARIANTS; variant++) {
        const payload = build(false);
        if (Object.keys(payload).length > 0) payloads.push(payload);
    }
    if (hasAction) for (let variant = 0; variant < 2; variant++) payloads.push(build(true));
    for (const payload of payloads) addHost(payload, definition);
    const covered = [...byPath.keys()].filter((name) => candidates.has(name)).length;
    return { payloads, redrawn, covered };
}

// --- Main -------------------------------------------------------------------------------------------------------

function main() {
    const folder = path.join(ROOT, "dist", "devices");
    const counts = { definitions: 0, leaves: 0, covered: 0, withPayload: 0, reached: 0, failed: 0, redrawn: 0 };
    const lines = [];
    for (const file of fs.readdirSync(folder).sort()) {
        if (!file.endsWith(".js")) continue;
        const { definitions } = require(path.join(folder, file));
        for (const raw of definitions ?? []) {
            counts.definitions++;
            try {
                const definition = zhc.prepareDefinition(raw);
                const leaves = leavesOf(resolveExposes(definition));
                const { payloads, redrawn, covered } = payloadsOf(definition, leaves);
                counts.leaves += leaves.length;
                counts.covered += covered;
                counts.redrawn += redrawn;
                if (payloads.length > 0) counts.withPayload++;
                if (covered > 0) counts.reached++;
                lines.push(
                    JSON.stringify({ vendor: definition.vendor, model: definition.model, description: definition.description, ota: Boolean(definition.ota), leaves, payloads }),
                );
            } catch (error) {
                counts.failed++;
                process.stderr.write(`${file} ${raw.model}: ${error.message}\n`);
            }
        }
    }
    // In one synchronous write per line: the converters may leave promises behind that never settle.
    for (const line of lines) {
        const bytes = Buffer.from(`${line}\n`);
        for (let written = 0; written < bytes.length; ) {
            try {
                written += realWrite(1, bytes, written);
            } catch (error) {
                if (error.code !== "EAGAIN") throw error;
            }
        }
    }
    process.stderr.write(`${JSON.stringify(counts)}\n`);
    realExit(0);
}

main();
