"""What each resource's XML becomes, missing elements included."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drplan.model.entities import (
    AffinityLabel,
    Cluster,
    DataCenter,
    Disk,
    Lun,
    LunPath,
    MacPool,
    MacRange,
    Network,
    Permission,
    Snapshot,
    StorageConnection,
    Template,
    UnregisteredDisk,
    UnregisteredTemplate,
    UnregisteredVm,
    User,
    Version,
    VnicProfile,
)
from drplan.model.inventory import EngineIdentity, Inventory

Read = Callable[..., Inventory]

FOLLOW_VMS = "/vms?follow=nics%2Cdisk_attachments%2Csnapshots%2Cpermissions%2Ctags"
FOLLOW_CLUSTERS = "/clusters?follow=networks%2Caffinity_groups"
FOLLOW_TEMPLATES = "/templates?follow=disk_attachments%2Cnics"


def test_the_root_tells_which_engine_it_is(read: Read) -> None:
    """The instance id, not the URL, tells two Engines apart."""
    inventory = read(
        {
            "": "<api><product_info><instance_id>i-1</instance_id><name>oVirt Engine</name>"
            "<vendor>ovirt.org</vendor><version><build>7</build>"
            "<full_version>4.5.7-1.el9</full_version><major>4</major><minor>5</minor></version>"
            "</product_info></api>"
        }
    )

    assert inventory.engine == EngineIdentity(
        product="oVirt Engine",
        vendor="ovirt.org",
        instance_id="i-1",
        full_version="4.5.7-1.el9",
        major=4,
        minor=5,
        build=7,
    )


def test_a_data_center_may_lack_storage(read: Read) -> None:
    """An uninitialised one has no storage format."""
    inventory = read(
        {
            "/datacenters": "<data_centers>"
            "<data_center id='d1'><name>dc</name><local>false</local><status>up</status>"
            "<quota_mode>disabled</quota_mode><storage_format>v5</storage_format>"
            "<version><major>4</major><minor>7</minor></version><mac_pool id='m1'/></data_center>"
            "<data_center id='d2'><name>new</name><status>uninitialized</status></data_center>"
            "</data_centers>"
        }
    )

    assert inventory.data_centers == (
        DataCenter(
            id="d1",
            name="dc",
            status="up",
            version=Version(4, 7),
            storage_format="v5",
            quota_mode="disabled",
            mac_pool_id="m1",
        ),
        DataCenter(id="d2", name="new", status="uninitialized"),
    )


def test_a_cluster_may_lack_data_center_and_cpu(read: Read) -> None:
    """Both were seen on real Engines."""
    inventory = read(
        {
            FOLLOW_CLUSTERS: "<clusters><cluster id='c1'><name>Default</name>"
            "<cpu><architecture>undefined</architecture><type></type></cpu>"
            "<networks><network id='n2'/><network id='n1'/></networks></cluster></clusters>"
        }
    )

    assert inventory.clusters == (
        Cluster(id="c1", name="Default", architecture="undefined", network_ids=("n1", "n2")),
    )


def test_affinity_groups_hang_on_clusters(read: Read) -> None:
    """Members stand in the group by id; a rule that is off says nothing."""
    group = (
        "<affinity_group id='{0}'><name>{0}</name><enforcing>{1}</enforcing>"
        "<vms_rule><enabled>{2}</enabled><enforcing>true</enforcing><positive>false</positive>"
        "</vms_rule><vms><vm id='v2'/><vm id='v1'/></vms><hosts><host id='h1'/></hosts>"
        "</affinity_group>"
    )
    inventory = read(
        {
            FOLLOW_CLUSTERS: "<clusters><cluster id='c1'><name>a</name><affinity_groups>"
            + group.format("on", "true", "true")
            + group.format("off", "false", "false")
            + "</affinity_groups></cluster></clusters>"
        }
    )

    off, on = inventory.affinity_groups
    assert (on.cluster_id, on.vm_ids, on.host_ids) == ("c1", ("v1", "v2"), ("h1",))
    assert (on.positive, on.enforcing) == (False, True)
    assert (off.positive, off.enforcing) == (None, None)


def test_affinity_labels_have_members(read: Read) -> None:
    """They belong to the whole Engine."""
    inventory = read(
        {
            "/affinitylabels?follow=vms%2Chosts": "<affinity_labels><affinity_label id='l1'>"
            "<name>gold</name><vms><vm id='v1'/></vms><hosts><host id='h1'/></hosts>"
            "</affinity_label></affinity_labels>"
        }
    )

    assert inventory.affinity_labels == (
        AffinityLabel(id="l1", name="gold", vm_ids=("v1",), host_ids=("h1",)),
    )


def test_only_hosts_that_are_up_are_asked_for_storage(read: Read) -> None:
    """A host in maintenance cannot scan its devices; what it sees is unknown."""
    inventory = read(
        {
            "/hosts": "<hosts>"
            "<host id='h1'><name>a</name><address>10.0.0.1</address><status>up</status>"
            "<cluster id='c1'/><memory>100</memory><max_scheduling_memory>90</max_scheduling_memory>"
            "<spm><status>spm</status></spm>"
            "<cpu><topology><cores>8</cores><sockets>2</sockets><threads>1</threads></topology></cpu>"
            "</host><host id='h2'><name>b</name><status>maintenance</status></host></hosts>",
            "/hosts/h1/storage?report_status=false": "<host_storages>"
            "<host_storage id='x'><type>fcp</type><logical_units><logical_unit id='3600'>"
            "<size>1024</size><storage_domain_id>s1</storage_domain_id>"
            "<volume_group_id>vg</volume_group_id><status>used</status></logical_unit>"
            "</logical_units></host_storage></host_storages>",
        }
    )

    first, second = inventory.hosts
    assert (first.sockets, first.cores, first.threads, first.spm_status) == (2, 8, 1, "spm")
    assert first.luns == (
        Lun(
            id="3600",
            storage_type="fcp",
            size=1024,
            storage_domain_id="s1",
            volume_group_id="vg",
            status="used",
        ),
    )
    assert second.luns is None
    assert not inventory.has_gap("hosts.luns")


def test_networks_profiles_and_pools(read: Read) -> None:
    """A profile names its network only; a VLAN is an element with an id; MACs are lower case."""
    inventory = read(
        {
            "/networks": "<networks><network id='n1'><name>ovirtmgmt</name><vlan id='10'/>"
            "<usages><usage>vm</usage></usages><data_center id='d1'/></network>"
            "<network id='n2'><name>ovn</name><external_provider id='p'/></network></networks>",
            "/vnicprofiles": "<vnic_profiles><vnic_profile id='p1'><name>ovirtmgmt</name>"
            "<pass_through><mode>disabled</mode></pass_through><network id='n1'/></vnic_profile>"
            "</vnic_profiles>",
            "/macpools": "<mac_pools><mac_pool id='m1'><name>Default</name>"
            "<allow_duplicates>false</allow_duplicates><default_pool>true</default_pool>"
            "<ranges><range><from>56:6F:00:00:00:00</from><to>56:6F:00:00:FF:FF</to></range>"
            "</ranges></mac_pool></mac_pools>",
        }
    )

    assert inventory.networks == (
        Network(id="n1", name="ovirtmgmt", data_center_id="d1", vlan=10, usages=("vm",)),
        Network(id="n2", name="ovn", external=True),
    )
    assert inventory.vnic_profiles == (
        VnicProfile(id="p1", name="ovirtmgmt", network_id="n1", pass_through="disabled"),
    )
    assert inventory.mac_pools == (
        MacPool(
            id="m1",
            name="Default",
            default=True,
            ranges=(MacRange("56:6f:00:00:00:00", "56:6f:00:00:ff:ff"),),
        ),
    )


UNIT = (
    "<logical_unit id='{}'><address>{}</address><port>3260</port><target>iqn.a</target>"
    "<portal>{}:3260,1</portal><size>10</size></logical_unit>"
)


def test_the_two_halves_of_a_storage_domain_become_one(read: Read) -> None:
    """Status from under the data center, the rest from the list of all; LUNs once with all paths."""
    units = "".join(
        UNIT.format(lun, address, address)
        for lun, address in (("3600b", "10.0.0.2"), ("3600a", "10.0.0.1"), ("3600b", "10.0.0.1"))
    )
    inventory = read(
        {
            "/datacenters": "<data_centers><data_center id='d1'/><data_center id='d2'/></data_centers>",
            "/storagedomains": "<storage_domains>"
            "<storage_domain id='s1'><name>data</name><type>data</type><master>true</master>"
            "<storage><type>iscsi</type><volume_group id='vg'><logical_units>"
            + units
            + "</logical_units></volume_group></storage><storage_format>v5</storage_format>"
            "<data_centers><data_center id='d1'/></data_centers></storage_domain>"
            "<storage_domain id='s2'><name>spare</name><status>unattached</status><type>data</type>"
            "<storage><type>nfs</type><address>nas</address><path>/x</path></storage>"
            "</storage_domain></storage_domains>",
            "/datacenters/d1/storagedomains": "<storage_domains><storage_domain id='s1'>"
            "<name>data</name><status>maintenance</status></storage_domain></storage_domains>",
            "/datacenters/d2/storagedomains": "<storage_domains/>",
        }
    )

    data, spare = inventory.storage_domains
    assert (data.status, data.data_center_ids, data.master) == ("maintenance", ("d1",), True)
    assert (data.volume_group_id, data.available, data.used) == ("vg", None, None)
    assert [lun.id for lun in data.luns] == ["3600a", "3600b"]
    assert data.luns[1].paths == tuple(
        LunPath(address=it, port=3260, portal=f"{it}:3260,1", target="iqn.a")
        for it in ("10.0.0.1", "10.0.0.2")
    )
    assert (spare.status, spare.address, spare.path) == ("unattached", "nas", "/x")
    assert spare.data_center_ids == ()


def test_an_attached_domain_without_its_data_center_has_no_status(read: Read) -> None:
    """It is not taken for unattached, nor for active: the gap says what is missing."""
    inventory = read(
        {
            "/datacenters": "<data_centers><data_center id='d1'/></data_centers>",
            "/storagedomains": "<storage_domains><storage_domain id='s1'><name>x</name>"
            "<data_centers><data_center id='d1'/></data_centers></storage_domain></storage_domains>",
        }
    )

    assert inventory.storage_domains[0].status is None
    assert inventory.has_gap("storage_domains.status")


def test_connections_keep_no_credentials(read: Read) -> None:
    """A CHAP password that an Engine should send is not even read."""
    inventory = read(
        {
            "/storageconnections": "<storage_connections><storage_connection id='x'>"
            "<address>10.0.0.1</address><port>3260</port><target>iqn.a</target>"
            "<username>u</username><password>secret</password><type>iscsi</type>"
            "</storage_connection></storage_connections>"
        }
    )

    assert inventory.storage_connections == (
        StorageConnection(id="x", type="iscsi", address="10.0.0.1", port=3260, target="iqn.a"),
    )


def test_disks_are_images_luns_and_the_engines_own(read: Read) -> None:
    """Before 4.2 only its name tells an OVF_STORE."""
    inventory = read(
        {
            "/disks": "<disks><disk id='1'><name>a</name><content_type>data</content_type>"
            "<storage_type>image</storage_type><format>cow</format><image_id>i</image_id>"
            "<provisioned_size>10</provisioned_size><actual_size>1</actual_size><status>ok</status>"
            "<storage_domains><storage_domain id='s1'/></storage_domains></disk>"
            "<disk id='2'><alias>lun</alias><storage_type>lun</storage_type>"
            "<shareable>true</shareable><lun_storage><type>iscsi</type><logical_units>"
            "<logical_unit id='3600'><address>10.0.0.1</address><target>iqn.a</target></logical_unit>"
            "</logical_units></lun_storage></disk>"
            "<disk id='3'><name>OVF_STORE</name></disk></disks>"
        }
    )

    store, image, lun = inventory.disks  # by name; capitals come first
    assert image == Disk(
        id="1",
        name="a",
        content_type="data",
        storage_type="image",
        format="cow",
        image_id="i",
        provisioned_size=10,
        actual_size=1,
        status="ok",
        storage_domain_ids=("s1",),
    )
    assert (lun.name, lun.shareable, lun.status) == ("lun", True, None)
    assert lun.lun == Lun(
        id="3600", storage_type="iscsi", paths=(LunPath(address="10.0.0.1", target="iqn.a"),)
    )
    assert store.content_type == "ovf_store"


def test_templates_have_versions_and_blank_has_no_cluster(read: Read) -> None:
    """Versions share a name; the base is referred to by id."""
    inventory = read(
        {
            FOLLOW_TEMPLATES: "<templates><template id='0'><name>Blank</name></template>"
            "<template id='t2'><name>web</name><status>ok</status><memory>1</memory>"
            "<version><base_template id='t1'/><version_name>new</version_name>"
            "<version_number>2</version_number></version><cluster id='c1'/>"
            "<disk_attachments><disk_attachment id='k1'><disk id='k1'/></disk_attachment>"
            "</disk_attachments></template></templates>"
        }
    )

    blank, web = inventory.templates
    assert blank.cluster_id is None
    assert isinstance(web, Template)
    assert (web.version_number, web.version_name, web.base_template_id) == (2, "new", "t1")
    assert [it.disk_id for it in web.disk_attachments or ()] == ["k1"]


def test_a_vm_carries_what_decides_its_recovery(read: Read) -> None:
    """High availability, lease, pinning, levels, members; a NIC may hang on no profile."""
    inventory = read(
        {
            FOLLOW_VMS: "<vms><vm id='v1'><name>db</name><status>up</status><cluster id='c1'/>"
            "<host id='h1'/><template id='0'/><original_template id='t1'/><origin>ovirt</origin>"
            "<bios><type>q35_sea_bios</type></bios><os><type>rhel_9x64</type></os>"
            "<cpu><architecture>x86_64</architecture><topology><cores>2</cores><sockets>4</sockets>"
            "<threads>1</threads></topology></cpu><memory>8</memory>"
            "<memory_policy><guaranteed>4</guaranteed><max>32</max></memory_policy>"
            "<high_availability><enabled>true</enabled><priority>50</priority></high_availability>"
            "<lease><storage_domain id='s1'/></lease><delete_protected>true</delete_protected>"
            "<custom_compatibility_version><major>4</major><minor>6</minor>"
            "</custom_compatibility_version>"
            "<placement_policy><hosts><host id='h2'/><host id='h1'/></hosts></placement_policy>"
            "<next_run_configuration_exists>true</next_run_configuration_exists>"
            "<start_time>2026-03-01T10:00:00.500+03:00</start_time>"
            "<nics><nic id='n1'><name>nic1</name><mac><address>56:6F:00:00:00:01</address></mac>"
            "<interface>virtio</interface><linked>false</linked></nic></nics>"
            "<disk_attachments><disk_attachment id='k1'><bootable>true</bootable><active>false</active>"
            "<interface>virtio_scsi</interface><disk id='k1'/></disk_attachment></disk_attachments>"
            "<snapshots><snapshot id='s2'><description>Next Run configuration snapshot</description>"
            "<snapshot_status>ok</snapshot_status><vm id='v1'><name>db</name></vm></snapshot>"
            "<snapshot id='s1'><snapshot_type>active</snapshot_type>"
            "<persist_memorystate>true</persist_memorystate></snapshot></snapshots>"
            "<permissions><permission id='p1'><role id='r1'/><user id='u1'/><vm id='v1'/></permission>"
            "<permission id='p0'><role id='r0'/><user id='u0'/></permission>"
            "<permission id='p2'><role id='r2'/><user id='u2'/><cluster id='c1'/></permission>"
            "</permissions>"
            "<tags><tag id='t2'><name>b</name></tag><tag id='t1'><name>a</name></tag></tags>"
            "</vm></vms>"
        }
    )

    vm = inventory.vms[0]
    assert (vm.high_availability, vm.priority, vm.lease_domain_id) == (True, 50, "s1")
    assert (vm.template_id, vm.original_template_id, vm.origin) == ("0", "t1", "ovirt")
    assert (vm.sockets, vm.cores, vm.threads) == (4, 2, 1)
    assert (vm.memory, vm.memory_guaranteed, vm.memory_max) == (8, 4, 32)
    assert (vm.bios_type, vm.os_type, vm.architecture) == ("q35_sea_bios", "rhel_9x64", "x86_64")
    assert (vm.delete_protected, vm.stateless, vm.next_run_configuration) == (True, False, True)
    assert vm.custom_compatibility_version == Version(4, 6)
    assert vm.pinned_host_ids == ("h1", "h2")
    assert (vm.start_time, vm.stop_time) == ("2026-03-01T10:00:00.500+03:00", None)
    nic = (vm.nics or ())[0]
    assert (nic.mac, nic.vnic_profile_id, nic.linked, nic.plugged) == (
        "56:6f:00:00:00:01",
        None,
        False,
        True,
    )
    attachment = (vm.disk_attachments or ())[0]
    assert (attachment.disk_id, attachment.bootable, attachment.active) == ("k1", True, False)
    assert vm.snapshots == (
        Snapshot(id="s1", type="active", with_memory=True),
        Snapshot(id="s2", status="ok", description="Next Run configuration snapshot"),
    )
    assert vm.permissions == (Permission(id="p1", role_id="r1", user_id="u1"),)
    assert vm.tags == ("a", "b")


def test_users_roles_and_domains(read: Read) -> None:
    """A user's name ends with its domain; a domain's id is its name in hex."""
    inventory = read(
        {
            "/users": "<users><user id='u1'><name>Ann</name><user_name>ann@internal-authz</user_name>"
            "<principal>ann</principal><domain id='6b'><name>internal-authz</name></domain></user>"
            "</users>",
            "/roles": "<roles><role id='r1'><name>UserRole</name></role></roles>",
            "/domains": "<domains><domain id='6b'><name>internal-authz</name></domain></domains>",
        }
    )

    assert inventory.users == (
        User(
            id="u1",
            name="Ann",
            user_name="ann@internal-authz",
            principal="ann",
            domain_id="6b",
            domain_name="internal-authz",
        ),
    )
    assert inventory.roles[0].name == "UserRole"
    assert inventory.authorization_domains[0].name == "internal-authz"


DOMAINS = {
    "/datacenters": "<data_centers><data_center id='d1'/></data_centers>",
    "/storagedomains": "<storage_domains>"
    + "".join(
        f"<storage_domain id='{key}'><name>{key}</name><type>{kind}</type>{state}</storage_domain>"
        for key, kind, state in (
            ("s1", "data", ""),
            ("s2", "data", ""),
            ("iso", "iso", ""),
            ("loose", "data", "<status>unattached</status>"),
        )
    )
    + "</storage_domains>",
    "/datacenters/d1/storagedomains": "<storage_domains>"
    "<storage_domain id='s1'><status>active</status></storage_domain>"
    "<storage_domain id='s2'><status>maintenance</status></storage_domain>"
    "<storage_domain id='iso'><status>active</status></storage_domain></storage_domains>",
}


def test_unregistered_entities_are_listed_per_attached_data_domain(read: Read) -> None:
    """A VM with disks on two domains stands under both; what is registered does not stand there."""
    vm = (
        "<vm id='{}'><name>{}</name><status>up</status><memory>4</memory><origin>ovirt</origin>"
        "<high_availability><enabled>true</enabled><priority>1</priority></high_availability>"
        "<template id='t1'/><lease><storage_domain id='s1'/></lease></vm>"
    )
    inventory = read(
        DOMAINS
        | {
            "/vms": "<vms><vm id='known'/></vms>",
            "/storagedomains/s1/vms?unregistered=true": f"<vms>{vm.format('v1', 'web')}"
            f"{vm.format('known', 'known')}</vms>",
            "/storagedomains/s2/vms?unregistered=true": f"<vms>{vm.format('v1', 'web')}</vms>",
            "/storagedomains/s1/templates?unregistered=true": "<templates><template id='t1'>"
            "<name>base</name><version><version_number>1</version_number>"
            "<base_template id='t1'/></version></template></templates>",
            "/storagedomains/s2/templates?unregistered=true": "<templates/>",
            "/storagedomains/s1/disks?unregistered=true": "<disks><disk id='k1'><alias>d</alias>"
            "<provisioned_size>5</provisioned_size></disk></disks>",
        },
        unregistered_disks=True,
    )

    assert inventory.unregistered_vms == tuple(
        UnregisteredVm(
            id="v1",
            name="web",
            storage_domain_id=domain,
            status="up",
            template_id="t1",
            high_availability=True,
            priority=1,
            memory=4,
            origin="ovirt",
            lease_domain_id="s1",
        )
        for domain in ("s1", "s2")
    )
    assert inventory.unregistered_templates == (
        UnregisteredTemplate(
            id="t1", name="base", storage_domain_id="s1", version_number=1, base_template_id="t1"
        ),
    )
    assert inventory.unregistered_disks == (
        UnregisteredDisk(id="k1", name="d", storage_domain_id="s1", provisioned_size=5),
    )
    assert not {"unregistered_vms", "unregistered_templates", "unregistered_disks"} & {
        gap.collection for gap in inventory.gaps
    }


def event(number: int, code: int, vm: str = "v1") -> str:
    """One event about a VM."""
    return f"<event id='{number}'><code>{code}</code><index>{number}</index><vm id='{vm}'/></event>"


@pytest.mark.parametrize(
    ("codes", "started"),
    [
        ((174,), False),
        ((174, 153, 32), True),
        ((174, 153), True),
        ((174, 153, 54), False),
        ((174, 153, 32, 61, 153, 54), True),
        ((32, 174), False),
        ((153, 32), True),
        ((174, 153, 32, 174), False),
        ((174, 61, 33), False),
    ],
)
def test_a_vm_counts_as_started_since_its_last_registration(
    read: Read, codes: tuple[int, ...], started: bool
) -> None:
    """Events come newest first; a start that came to nothing is none."""
    events = [event(number, code) for number, code in enumerate(codes, start=9)]

    inventory = read({"/events?max=20000": f"<events>{''.join(reversed(events))}</events>"})

    assert inventory.started_vm_ids == (("v1",) if started else ())


def test_events_of_nothing_are_passed_over(read: Read) -> None:
    """Most events are about no VM."""
    inventory = read(
        {"/events?max=20000": "<events><event id='1'><code>32</code></event></events>"}
    )

    assert inventory.started_vm_ids == ()
    assert not inventory.has_gap("started_vm_ids")


def test_too_many_events_are_a_gap(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the history is cut, what it would have said is unknown."""
    monkeypatch.setattr("drplan.inventory.collectors.events.NEWEST", 2)

    inventory = read({"/events?max=2": f"<events>{event(2, 32)}{event(1, 153)}</events>"})

    assert inventory.has_gap("started_vm_ids")
    assert inventory.started_vm_ids == ("v1",)
