"""Topic grammars: where device, area and reading stand in a topic, and what kind of message it names."""

from __future__ import annotations

import random
from dataclasses import dataclass

from models.simulate.quantities import identifier, invented_word
from models.simulate.voice import Voice, join, split_words

_ROOMS = {
    "en": "kitchen,living room,bedroom,bathroom,garage,garden,basement,attic,hallway,office,kids room,guest room,laundry,balcony,"
    "terrace,dining room,pantry,workshop,shed,greenhouse,pool,upstairs,downstairs,corridor,front yard,cellar,porch,study,nursery",
    "de": "küche,wohnzimmer,schlafzimmer,bad,garage,garten,keller,dachboden,flur,büro,kinderzimmer,gästezimmer,waschküche,balkon,"
    "terrasse,esszimmer,werkstatt,schuppen,heizungsraum,treppenhaus,gäste wc,diele,hof,gewächshaus,carport",
    "fr": "cuisine,salon,chambre,salle de bain,garage,jardin,cave,grenier,couloir,bureau,chambre enfant,buanderie,balcon,terrasse,"
    "entrée,atelier,cellier,véranda,piscine",
    "nl": "keuken,woonkamer,slaapkamer,badkamer,garage,tuin,kelder,zolder,gang,kantoor,kinderkamer,logeerkamer,bijkeuken,balkon,"
    "terras,schuur,berging,overloop,hal,meterkast",
    "es": "cocina,salón,dormitorio,baño,garaje,jardín,sótano,ático,pasillo,oficina,habitación niños,lavadero,balcón,terraza,comedor,"
    "trastero,piscina,entrada",
    "it": "cucina,soggiorno,camera,bagno,garage,giardino,cantina,soffitta,corridoio,ufficio,cameretta,lavanderia,balcone,terrazza,"
    "sala da pranzo,ingresso,salotto,taverna",
    "sv": "kök,vardagsrum,sovrum,badrum,garage,trädgård,källare,vind,hall,kontor,barnrum,tvättstuga,balkong,altan,matsal,förråd,växthus",
    "pl": "kuchnia,salon,sypialnia,łazienka,garaż,ogród,piwnica,strych,korytarz,biuro,pokój dziecięcy,pralnia,balkon,taras,jadalnia,"
    "kotłownia,przedpokój",
    "ru": "кухня,гостиная,спальня,ванная,гараж,сад,подвал,чердак,коридор,кабинет,детская,прихожая,балкон,терраса,баня,котельная,туалет,"
    "kuhnya,spalnya,garazh,detskaya,vannaya",
    "zh": "厨房,客厅,卧室,浴室,车库,花园,地下室,阁楼,走廊,书房,儿童房,客房,阳台,餐厅,玄关,主卧,chufang,keting,woshi",
}  # fmt: skip
ROOMS = {language: tuple(rooms.split(",")) for language, rooms in _ROOMS.items()}
_THINGS = {
    "en": "sensor,light,lamp,plug,switch,window,door,motion,thermostat,blind,heater,fan,meter,remote,button,leak,climate,station,pump,"
    "socket,valve,lock,camera,detector,dimmer,strip,tv,fridge,dryer,washer,boiler,curtain,temp sensor,humidity sensor,temp humid sensor,"
    "power meter,energy monitor,door sensor,motion sensor,air quality,rain gauge,wind,co2,water meter,gas meter,soil sensor,smoke,"
    "presence,vibration sensor,weather station,battery pack,ups,router,printer,mower,vacuum,pv,wallbox,charger,heat pump,dishwasher,"
    "light sensor,water leak,temperature,humidity,energy plug,multi sensor,smart plug,radiator,siren,doorbell,shutter,gate,tank",
    "de": "sensor,licht,lampe,steckdose,schalter,fenster,tür,bewegung,thermostat,rollo,heizung,lüfter,zähler,fernbedienung,taster,melder,"
    "pumpe,ventil,schloss,wetterstation,kühlschrank,trockner,spülmaschine",
    "fr": "capteur,lumière,lampe,prise,interrupteur,fenêtre,porte,mouvement,thermostat,volet,chauffage,ventilateur,compteur,bouton,"
    "détecteur,pompe,vanne",
    "nl": "sensor,licht,lamp,stekker,schakelaar,raam,deur,beweging,thermostaat,rolluik,verwarming,ventilator,meter,knop,pomp,melder",
    "es": "sensor,luz,lámpara,enchufe,interruptor,ventana,puerta,movimiento,termostato,persiana,calefacción,ventilador,contador,botón",
    "it": "sensore,luce,lampada,presa,interruttore,finestra,porta,movimento,termostato,tapparella,riscaldamento,ventola,contatore,pulsante",
    "sv": "sensor,lampa,uttag,brytare,fönster,dörr,rörelse,termostat,rullgardin,element,fläkt,mätare,knapp,pump",
    "pl": "czujnik,światło,lampa,gniazdko,przełącznik,okno,drzwi,ruch,termostat,roleta,grzejnik,wentylator,licznik,przycisk",
    "ru": "датчик,свет,лампа,розетка,выключатель,окно,дверь,движение,термостат,штора,обогреватель,вентилятор,счётчик,кнопка,светильник",
    "zh": "传感器,灯,插座,开关,窗户,门,人体传感器,温控器,窗帘,加热器,风扇,电表,按钮",
}
THINGS = {language: tuple(things.split(",")) for language, things in _THINGS.items()}
_BASES = (
    "zigbee2mqtt,home,iot,sensors,ha,devices,esp,mqtt,data,house,smarthome,haus,maison,casa,thuis,hem,dom,homeassistant,esphome,tasmota,"
    "zwave,ble,rf,gw,lora,knx,openhab,fhem,iobroker,myhome,hub,energy,weather,garden,solar,heating,ems,modbus,meter,inverter,dt,site,"
    "broadlink,miflora,wifi,local,dev,test,farm,building,ebus,can,p1,vehicle,car,ev,robot,camera,clients,nodes,zb,bt,gateway,dom/osn,应用,"
    "flat,villa,cottage,cabin,lab,apartment,residence,property,estate,ranch,campus,wohnung,appartement,woning,piso,huis,mieszkanie,"
    "alarm,security,lights,lighting,water,power,air,safety,access,media,network,environment,climate,hvac,irrigation,monitoring,telemetry"
).split(",")
# What a level is about, as homes in ten languages call it.
_THEMES = (
    "wetter,klima,strom,energie,wasser,heizung,licht,beleuchtung,fenster,rollladen,solar,speicher,auto,aussen,innen,sicherheit,draussen,"
    "meteo,météo,climat,énergie,electricite,chauffage,eau,lumiere,volets,exterieur,interieur,piscine,jardin,"
    "weer,klimaat,stroom,verwarming,buiten,binnen,verlichting,zonnepanelen,tuin,tiempo,clima,energia,luz,calefaccion,exterior,interior,"
    "persianas,agua,riscaldamento,luci,esterno,interno,acqua,giardino,tapparelle,väder,klimat,värme,belysning,ute,inne,vatten,"
    "pogoda,ogrzewanie,prąd,oświetlenie,woda,zewnątrz,погода,климат,свет,отопление,электричество,вода,улица,天气,环境,照明,能源,安防,窗帘,"
    "weather,climate,energy,outside,inside,outdoor,indoor,heating,comfort,utilities,yard,roof,hvac,ground floor,first floor,og,eg,ug"
).split(",")
_MODELS = (
    "esp,esp32,esp8266,node,tasmota,sonoff,plug,sensor,shelly1,shellyem,switch,dev,unit,meter,wled,rf,ble,gw,th,bme280,cam,tag,"
    "tracker,valve,inverter,charger,evse,heatpump,boiler,robot,relay,dimmer,gateway,rpi,d1mini,nodemcu,sdm630,ds18b20,growatt,myesp,atom"
).split(",")
_COMPONENTS = (
    "switch,relay,light,input,cover,meter,emeter,sensor,temperature,humidity,battery,wifi,sys,cloud,mqtt,channel,zone,pump,em,pm1,ext,"
    "roller,thermostat,device,button,white,color,node,ch,output,heater,tank,pv,grid,load,phase,string,module,probe,port,lp,evse"
).split(",")
_GROUPS = {
    "problem": "alarms,alarm,faults,warnings,errors",
    "config_setting": "settings,config,set,setup,options,parameters,params",
    "firmware": "info,system,about,device,meta,sys",
    "metadata": "info,meta,about,device,attributes",
    "identifier": "info,device,network,net,sys,meta",
    "signal_strength": "wifi,radio,network,net,lora",
    "energy": "history,energy,energy,energy,counters,statistics,today,total,day,yield,production,consumption",
    "counter": "history,stats,statistics,counters,diagnostics,history",
    "device_state": "status,state,system,charger,inverter,generator,relay",
    "switch_state": "relay,output,relay/0,relay/1,switch,outputs,channel/1,io",
    "voltage": "ac,dc,battery,l1,phase1,pv,grid,cell,history,output,input,ac/l1,ac/l2,dc/0,ac/out/l1,pv/1",
    "current": "ac,dc,battery,l1,l2,pv,grid,output,input,ac/l1,ac/l3,dc/0,ac/out/l1,ac/in/l2,pv/1",
    "power": "ac,dc,battery,grid,pv,load,consumption,power,ac/l1,ac/l2,dc/0,ac/out/l1,ac/in,ac/grid,pv/1",
    "apparent_power": "ac,grid,load,l1,phase1,output,power,ac/l1,ac/l2,ac/out/l1,ac/in/l3,ac/in",
    "reactive_power": "ac,grid,load,l1,phase1,power,ac/l1,ac/l2,ac/out,ac/in",
    "power_factor": "ac,grid,l1,phase2,ac/l1,ac/l2,ac/out/l1",
    "frequency": "ac,grid,l1,output,input,ac/l1,ac/out,ac/in",
    "data_size": "memory,system,disk,sys",
    "timestamp": "info,history,status",
    "duration": "system,status,history,stats",
    "connectivity": "status,network,mqtt,wifi,cloud",
    "update": "update,updates,ota,available updates,firmware,available",
    "climate_setpoint": "set,thermostat,settings,target",
    "level": "tank,tank/1,cistern,reservoir,silo,zisterne,cuve,depósito,fuel,sump",
    "volume_storage": "tank,tank/2,cistern,reservoir,zisterne,cuve,depósito,fuel",
}
GROUPS = {label: tuple(groups.split(",")) for label, groups in _GROUPS.items()}
_TELEMETRY = (
    "SENSOR",
    "sensors",
    "telemetry",
    "data",
    "measurement",
    "values",
    "json",
    "uplink",
    "up",
    "report",
    "readings",
    "reading",
)
_STATE = ("STATE", "state", "status", "STATUS", "attributes", "properties", "RESULT", "stat", "shadow")
_OTHER_KINDS = {
    "event": ("event", "events", "action", "button", "rpc", "notify", "trigger"),
    "config": ("config", "info", "INFO1", "announce", "settings", "meta", "discovery"),
    "command": ("set", "cmnd", "command", "get", "cmd"),
    "availability": ("LWT", "availability", "online", "status", "state", "connection", "alive"),
    "log": ("log", "logging", "debug", "logs"),
}
NONE = 7
"""Level of a device or area that the topic does not name."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic and what its levels are."""

    levels: tuple[str, ...]
    device_level: int
    """Counted from the end, 0 the last; NONE when the topic names no device."""
    area_level: int
    kind: str | None
    """A message kind when the grammar tells it."""


def device_name(rng: random.Random, voice: Voice, thing: str | None = None) -> tuple[str, str | None]:
    """A device's name in a topic, and the room it tells; `thing` is what the device is, where its name has to tell."""
    if thing is None and rng.random() < 0.4:
        model = invented_word(rng) if rng.random() < 0.3 else rng.choice(_MODELS)
        form = rng.random()
        if form < 0.35:
            return f"{model}{rng.choice('-_')}{str(identifier(rng)).replace('/', '')[-6:]}", None
        if form < 0.5:
            return f"{model}{rng.randint(1, 20)}", None
        if form < 0.65:
            return model, None
        return str(identifier(rng)), None
    room = rng.choice(voice.spoken(ROOMS))
    told = thing or rng.choice(voice.spoken(THINGS))
    parts = [*split_words(room), *split_words(told)]
    if rng.random() < (0.6 if thing else 0.3):
        parts = split_words(told)
    elif thing is None and rng.random() < 0.3:
        parts = split_words(room)
    if rng.random() < 0.25:
        parts.append(str(rng.randint(1, 9)))
    return join(parts, voice.case if rng.random() < 0.6 else rng.choice(("space", "snake", "title", "kebab"))), room


def base(rng: random.Random) -> list[str]:
    """The first levels of a topic, before the device."""
    choice = rng.random()
    levels = [invented_word(rng)] if choice < 0.25 else rng.choice(_BASES).split("/")
    if 0.25 < choice < 0.37:
        levels = [rng.choice(_THEMES)]
    elif choice < 0.05 or choice > 0.85:
        levels.append(rng.choice(_THEMES))
    return levels


def room(rng: random.Random, voice: Voice) -> str:
    """A room as a topic level."""
    return join(split_words(rng.choice(voice.spoken(ROOMS))), voice.case)


def component(rng: random.Random) -> str:
    """A part of a device as a topic level or enclosing key."""
    return rng.choice(_COMPONENTS)


def for_object(rng: random.Random, voice: Voice, kind: str | None, *, thing: str | None = None) -> Topic:
    """A topic for a message whose payload is an object; `kind` when the content decides it, `thing` as for names."""
    device, _ = device_name(rng, voice, thing)
    suffix, told = _suffix(rng, kind)
    form = rng.random() * (_NAMED_FORMS if thing else 1.0)
    if form < 0.3:
        return _topic([*base(rng), device], [], suffix if rng.random() < 0.25 else [], told)
    if form < 0.45:
        return _topic([*base(rng), room(rng, voice), device], [], suffix if rng.random() < 0.3 else [], told, area=True)
    if form < 0.6:
        return _topic(
            [rng.choice(("tele", "stat", "cmnd")) if rng.random() < 0.5 else rng.choice(_BASES), device],
            [],
            suffix,
            told,
        )
    if form < 0.72:
        return _topic([device], [], suffix, told)
    if form < 0.8:
        middle = [
            rng.choice(("status", "state", "events", "data")),
            f"{component(rng)}{rng.choice(':/_-')}{rng.randint(0, 3)}",
        ]
        return _topic([device], "/".join(middle).split("/"), [], "state")
    if form < 0.88:
        prefix = (
            ["application", str(rng.randint(1, 20)), "device"] if rng.random() < 0.5 else ["v3", "app@ttn", "devices"]
        )
        return _topic([*prefix, str(identifier(rng))], [], rng.choice((["event", "up"], ["up"], ["rx"])), "telemetry")
    if form < 0.95:
        return _topic(
            [*base(rng), component(rng), rng.choice((device, str(rng.randint(0, 9))))],
            [],
            suffix if rng.random() < 0.4 else [],
            told,
        )
    # The gateway speaks; its devices are in the payload.
    return Topic(
        (*base(rng), rng.choice(("events", "rx", "bridge", "gateway", "data", "all", "home"))), NONE, NONE, told
    )


_NAMED_FORMS = 0.8
"""Share of the forms above in which the device has a name that somebody chose."""


def for_scalar(
    rng: random.Random, voice: Voice, key: str, groups: tuple[str, ...], kind: str | None, *, thing: str | None = None
) -> Topic:
    """A topic whose last levels name the reading: `key`, possibly below a group, possibly followed by `state`."""
    device, _ = device_name(rng, voice, thing)
    key_levels = key.split("/")
    form = rng.random()
    # A letter needs its group, or nobody would know what it stands for.
    grouped = groups and rng.random() < (0.85 if len(key) < 3 else 0.5)
    group = [join(split_words(level), voice.case) for level in rng.choice(groups).split("/")] if grouped else []
    if form < 0.3:
        return _topic([*base(rng), device], group, key_levels, kind)
    if form < 0.45 and thing is None:
        # The room is all the device there is.
        level = min(len(key_levels), NONE)
        return Topic((*base(rng), room(rng, voice), *key_levels), level, level, kind)
    if form < 0.58:
        return _topic([*base(rng), room(rng, voice), device], group, key_levels, kind, area=True)
    if form < 0.7:
        return _topic([device], group, key_levels, kind)
    if form < 0.8:
        platform = rng.choice(("sensor", "binary_sensor", "switch", "sensors", "light", "number", "text_sensor"))
        last = rng.choice(("state", "state", "value", "status"))
        return _topic([*(base(rng) if rng.random() < 0.3 else []), device], [platform, *key_levels], [last], kind)
    if form < 0.9 or thing is not None:
        return _topic([*base(rng), device], [component(rng), str(rng.randint(0, 3)), *group], key_levels, kind)
    part = component(rng)
    place = [str(identifier(rng)), part, str(rng.randint(0, 300))]
    deeper = [join(split_words(rng.choice(_COMPONENTS)), voice.case) for _ in range(rng.choice((0, 0, 1, 2)))]
    return _topic([*base(rng), *place], [*deeper, *group], key_levels, kind)


def _suffix(rng: random.Random, kind: str | None) -> tuple[list[str], str | None]:
    if kind in _OTHER_KINDS and rng.random() < 0.7:
        return [rng.choice(_OTHER_KINDS[kind])], kind
    if kind is None and rng.random() < 0.06:
        kind = rng.choice(("config", "command", "log"))
        return [rng.choice(_OTHER_KINDS[kind])], kind
    if kind is not None:
        return [rng.choice(_STATE)], kind
    if rng.random() < 0.5:
        return [rng.choice(_TELEMETRY)], "telemetry"
    return [rng.choice(_STATE)], "state"


def _topic(until_device: list[str], middle: list[str], end: list[str], kind: str | None, area: bool = False) -> Topic:
    """Levels with the device as the last of `until_device`, the area before it when there is one."""
    levels = (*until_device, *middle, *end)
    device_level = min(len(middle) + len(end), NONE)
    return Topic(levels, device_level, min(device_level + 1, NONE) if area and len(until_device) > 2 else NONE, kind)
